import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@lupa/sandbox';
import { startPostgres } from '../../support/postgres.ts';

/** A sandbox on a PostgreSQL database that the test may look into. */
export interface TestSandbox {
  readonly sandbox: Sandbox;
  readonly databaseUrl: string;
  close(): Promise<void>;
}

/** Starts a whole sandbox in this process, on free ports, in a directory and a database of its own. */
export async function startTestSandbox(): Promise<TestSandbox> {
  const postgres = await startPostgres();
  const dataDir = await mkdtemp(join(tmpdir(), 'lupa-flow-'));
  const databaseUrl = await postgres.createDatabase();
  const sandbox = await startSandbox({
    dataDir,
    databaseUrl,
    apiPort: 0,
    authorizePort: 0,
    shop: false,
    log: { level: 'fatal' },
  });
  return {
    sandbox,
    databaseUrl,
    async close() {
      await sandbox.close();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
