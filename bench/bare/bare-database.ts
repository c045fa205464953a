import pg from 'pg';

/** A statement that PostgreSQL prepares once for each connection. */
export interface BareStatement {
  readonly name: string;
  readonly text: string;
}

/** @returns the rows */
export type RunBare = <Row>(statement: BareStatement, values: readonly unknown[]) => Promise<Row[]>;

/** As many as the bank has: few pipelined connections did best. */
const CONNECTIONS = 4;

/** Connects, with statements pipelined on every connection as the bank's are. */
export async function openBareDatabase(databaseUrl: string): Promise<RunBare> {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl, pipeline: true });
      await client.connect();
      return client;
    }),
  );
  let turn = 0;
  return async <Row>({ name, text }: BareStatement, values: readonly unknown[]) => {
    const client = clients[turn++ % CONNECTIONS] as pg.Client;
    const { rows } = await client.query({ name, text, values: [...values] });
    return rows as Row[];
  };
}
