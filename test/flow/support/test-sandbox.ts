import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@lupa/sandbox';
import { startPostgres } from '../../support/postgres.ts';
import { StoreContents } from './store-contents.ts';
import { TestTpp } from './test-tpp.ts';
import { demoTpp } from './tpp-identity.ts';

/** A sandbox on a PostgreSQL database that the test may look into. */
export interface TestSandbox {
  readonly sandbox: Sandbox;
  readonly databaseUrl: string;
  /** The demo TPP. */
  readonly tpp: TestTpp;
  readonly store: StoreContents;
  /** What the bank's clock is ahead of the machine's. */
  readonly clock: { aheadMs: number };
  close(): Promise<void>;
}

/** Starts a whole sandbox in this process, on free ports, in a directory and a database of its own. */
export async function startTestSandbox(): Promise<TestSandbox> {
  const postgres = await startPostgres();
  const dataDir = await mkdtemp(join(tmpdir(), 'lupa-flow-'));
  const databaseUrl = await postgres.createDatabase();
  const clock = { aheadMs: 0 };
  const sandbox = await startSandbox({
    clock: { now: () => new Date(Date.now() + clock.aheadMs) },
    dataDir,
    databaseUrl,
    apiPort: 0,
    authorizePort: 0,
    shop: false,
    log: { level: 'fatal' },
  });
  const tpp = await TestTpp.of(await demoTpp(sandbox), sandbox);
  const store = await StoreContents.open(databaseUrl);
  return {
    sandbox,
    databaseUrl,
    tpp,
    store,
    clock,
    async close() {
      tpp.close();
      await store.close();
      await sandbox.close();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
