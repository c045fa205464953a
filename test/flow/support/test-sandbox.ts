import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditReport } from '@lupa/bank';
import { type Sandbox, type SandboxOptions, startSandbox } from '@lupa/sandbox';
import { startPostgres } from '../../support/postgres.ts';
import { StoreContents } from './store-contents.ts';
import { TestTpp } from './test-tpp.ts';
import { demoTpp, type TppIdentity } from './tpp-identity.ts';

/** A sandbox on a PostgreSQL database that the test may look into. */
export interface TestSandbox {
  readonly sandbox: Sandbox;
  readonly databaseUrl: string;
  /** The demo TPP. */
  readonly tpp: TestTpp;
  readonly store: StoreContents;
  /** What the bank's clock is ahead of the machine's. */
  readonly clock: { aheadMs: number };
  /** Does something, then waits until every submission it made is booked. */
  settledAfter<Result>(call: () => Promise<Result>): Promise<Result>;
  /** One more TPP's calls, closed with the sandbox. */
  tppOf(identity: TppIdentity): Promise<TestTpp>;
  close(): Promise<void>;
}

/**
 * Starts a whole sandbox in this process, on free ports, in a directory and a database of its own.
 *
 * @param change options to be otherwise; the bank logs next to nothing unless a test wants to read it
 */
export async function startTestSandbox(change: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  // What was opened, the last first: a start that fails half-way must not keep the test's process alive.
  const closing: (() => unknown)[] = [];
  const close = async () => {
    const failures: unknown[] = [];
    // What is left open when something fails keeps the test's process alive until it is given up.
    for (const end of closing.splice(0)) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'lupa-flow-'));
    closing.unshift(() => rm(dataDir, { recursive: true, force: true }));
    const postgres = await startPostgres();
    closing.unshift(() => postgres.stop());
    const databaseUrl = await postgres.createDatabase();
    const clock = { aheadMs: 0 };
    const sandbox = await startSandbox({
      ...{ dataDir, databaseUrl, apiPort: 0, authorizePort: 0, shop: false, log: { level: 'fatal' }, ...change },
      clock: { now: () => new Date(Date.now() + clock.aheadMs) },
    });
    closing.unshift(() => sandbox.close());
    closing.unshift(() => assertAuditTrailHolds(sandbox));
    const store = await StoreContents.open(databaseUrl);
    closing.unshift(() => store.close());
    const tppOf = async (identity: TppIdentity) => {
      const tpp = await TestTpp.of(identity, sandbox);
      closing.unshift(() => tpp.close());
      return tpp;
    };
    const tpp = await tppOf(await demoTpp(sandbox));
    const settledAfter: TestSandbox['settledAfter'] = async (call) => {
      const result = await call();
      while ((await store.query('SELECT 1 FROM booking_queue LIMIT 1')).length > 0) await sleep(20);
      return result;
    };
    return { sandbox, databaseUrl, tpp, store, clock, settledAfter, tppOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whatever a test did to the bank, every event is where it belongs. */
async function assertAuditTrailHolds({ authorize }: Sandbox): Promise<void> {
  const { ok, faults } = (await (await fetch(`${authorize}/sandbox/audit`)).json()) as AuditReport;
  assert.ok(ok, JSON.stringify(faults));
}
