import { setTimeout as sleep } from 'node:timers/promises';
import { nextHelsinkiMidnight } from '@lupa/protocol';
import type { SeededRandom } from '../../test/flow/support/seeded-random.ts';
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
  aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

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
      return fillDisk(store, fault.holdMs);
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

/** PostgreSQL may have given up on a full disk: then it is started again on one that has room. */
async function fillDisk(store: StoreUnderFault, holdMs: number): Promise<string> {
  const { disk } = store;
  if (disk === undefined) return 'this machine has no way to do it';
  disk.fill();
  try {
    await sleep(holdMs);
  } finally {
    disk.empty();
  }
  return disk.way;
}
