import type { BankProcessOptions } from './bank-process.ts';
import type { Contestant } from './contest.ts';
import type { Server, Stage } from './stage.ts';

/** The bank and two bare servers, on one database: whatever the database does besides, it does to all of them. */
export interface BankAndBares {
  readonly databaseUrl: string;
  readonly servers: Readonly<Record<Contestant, Server>>;
  readonly accessToken: string;
  close(): Promise<void>;
}

/** Starts the bank, which makes the schema and registers the TPP, and then the two bare servers. */
export async function startBankAndBares(
  stage: Stage,
  { booking, collectable = false }: { booking?: BankProcessOptions['booking']; collectable?: boolean } = {},
): Promise<BankAndBares> {
  const databaseUrl = await stage.newDatabase();
  const common = { databaseUrl, collectable };
  const ours = await stage.startBank({ name: 'bank', ...common, ...(booking === undefined ? {} : { booking }) });
  const limit = await stage.startBare({ name: 'bare', ...common });
  const control = await stage.startBare({ name: 'control', ...common });
  const servers = { ours, limit, control };
  return {
    databaseUrl,
    servers,
    accessToken: await stage.accessToken(ours),
    close: () => stage.stopServers([control, limit, ours]),
  };
}
