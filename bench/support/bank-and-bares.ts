import type { Contestant } from './contest.ts';
import type { Server, Stage } from './stage.ts';

/** The bank and two bare servers, on one database: whatever the database does besides, it does to all of them. */
export interface BankAndBares {
  readonly databaseUrl: string;
  readonly servers: Readonly<Record<Contestant, Server>>;
  readonly accessToken: string;
  close(): Promise<void>;
}

/**
 * Who does the background work of the bank: the bank that is measured; or another process of it, beside all rounds alike; or nobody,
 * as long as the clock runs. The audit trail of what all three servers write is sealed by whoever does it: the bank that is measured would
 * do three times its own.
 */
export type BackgroundWork = 'by the bank itself' | 'by another process' | 'by nobody';

/** Starts the bank, which makes the schema and registers the TPP, and then the two bare servers. */
export async function startBankAndBares(
  stage: Stage,
  { work = 'by another process', collectable = false }: { work?: BackgroundWork; collectable?: boolean } = {},
): Promise<BankAndBares> {
  const databaseUrl = await stage.newDatabase();
  const common = { databaseUrl, collectable };
  const backgroundWork = work === 'by the bank itself' ? 'here' : 'elsewhere';
  const ours = await stage.startBank({ name: 'bank', ...common, backgroundWork });
  const limit = await stage.startBare({ name: 'bare', ...common });
  const control = await stage.startBare({ name: 'control', ...common });
  const others = work === 'by another process' ? [await stage.startBank({ name: 'bank beside', databaseUrl })] : [];
  const servers = { ours, limit, control };
  return {
    databaseUrl,
    servers,
    accessToken: await stage.accessToken(ours),
    close: () => stage.stopServers([...others, control, limit, ours]),
  };
}
