import { setTimeout as sleep } from 'node:timers/promises';
import { nextHelsinkiMidnight } from '@lupa/protocol';
import type { SeededRandom } from '../../test/flow/support/seeded-random.ts';
import { runSql } from '../../test/support/run-sql.ts';
import type { BankWorkers } from './bank/bank-workers.ts';
import type { Fault } from './fault-plan.ts';
import type { StoreUnderFault } from './store/store-under-fault.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** What faults happen to. */
export interface Victims {
  readonly workers: BankWorkers;
  readonly store: StoreUnderFault;
  readonly api: TcpProxy;
  readonly authorize: TcpProxy;
  readonly clock: BankClock;
  readonly random: SeededRandom;
}

/** The bank's clock, moved by faults and asked by TPPs. It is never behind the machine's: certificates begin there. */
export class BankClock {
  #aheadMs = 0;
  /** The furthest it ever was ahead: what was accepted then is due then, however far the clock has gone back since. */
  furthestMs = 0;

  get aheadMs(): number {
    return this.#aheadMs;
  }

  set aheadMs(aheadMs: number) {
    this.#aheadMs = aheadMs;
    this.furthestMs = Math.max(this.furthestMs, aheadMs);
  }

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }
}

const RECOVERY_LIMIT_MS = 30_000;

/** Lets a fault happen. Resolves when it is over, which is not to say that the bank serves again. @returns a detail for the history */
export async function injectFault(fault: Fault, victims: Victims): Promise<string | undefined> {
  const { workers, store, clock, random } = victims;
  switch (fault.kind) {
    case 'kill-worker':
      workers.kill(fault.place, fault.downMs);
      return undefined;
    case 'kill-all-workers':
      for (let place = 0; place < workers.count; place += 1) workers.kill(place, fault.downMs);
      return undefined;
    case 'kill-postgres':
      store.kill();
      await sleep(fault.downMs);
      await store.restart();
      return undefined;
    case 'cut-clients':
      return `${victims.api.cut(() => random.below(fault.within))} connections`;
    case 'cut-browsers':
      return `${victims.authorize.cut(() => random.below(fault.within))} connections`;
    case 'cut-postgres':
      return `${store.proxy.cut(() => random.below(fault.within))} connections`;
    case 'full-disk':
      return fillDisk(store, fault);
    case 'clock-forward':
      return moveClock(clock, workers, clock.aheadMs + fault.byMs);
    case 'clock-back':
      return moveClock(clock, workers, Math.max(0, clock.aheadMs - fault.byMs));
    case 'clock-midnight':
      return moveClock(clock, workers, nextHelsinkiMidnight(clock.now()).getTime() - fault.beforeMs - Date.now());
    case 'clock-apart':
      workers.setClock(Math.max(0, clock.aheadMs + fault.byMs), fault.place);
      return undefined;
    case 'failover':
      await store.failOver?.();
      return undefined;
  }
}

function moveClock(clock: BankClock, workers: BankWorkers, aheadMs: number): string {
  clock.aheadMs = aheadMs;
  workers.setClock(aheadMs);
  return `the bank's clock is ${Math.round(aheadMs / 1000)} s ahead of the machine's`;
}

async function fillDisk(
  store: StoreUnderFault,
  { holdMs, newSegment }: Extract<Fault, { kind: 'full-disk' }>,
): Promise<string> {
  const { disk } = store;
  if (disk === undefined) return 'this machine has no way to do it';
  disk.fill();
  try {
    if (newSegment) await runSql(store.directUrl(), 'SELECT pg_switch_wal()').catch(() => undefined);
    await sleep(holdMs);
  } finally {
    disk.empty();
  }
  if (await recovers(store)) return disk.way;
  await store.restart();
  return `${disk.way}; PostgreSQL had given up, and was started again`;
}

/** Where no write-ahead log can be written PostgreSQL crashes, and where it cannot recover either, it ends. */
async function recovers(store: StoreUnderFault): Promise<boolean> {
  for (const deadline = Date.now() + RECOVERY_LIMIT_MS; Date.now() < deadline; await sleep(50)) {
    try {
      await runSql(store.directUrl(), 'SELECT 1');
      return true;
    } catch (error) {
      // One that is recovering refuses, but listens.
      if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return false;
    }
  }
  return false;
}
