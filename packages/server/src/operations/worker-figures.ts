import type { BankFigures } from '@lupa/bank';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What `registry.getMetricsAsJSON()` gives; workers send it to the primary process. */
export type MetricsJson = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The figures of one worker. */
export interface WorkerFigures {
  readonly registry: Registry;
  /**
   * @param of the process's own, or the store's: one worker asks the store for all
   * @throws LupaError UNAVAILABLE when the store does not answer
   */
  read(bank: BankFigures, of: 'process' | 'store'): Promise<MetricsJson>;
}

/** Figures of this process, Node's own among them; the store's are read when they are asked for. */
export function workerFigures(): WorkerFigures {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ofProcess = processGauges(registry);
  // Apart from its own, so that the store's are there once and not added up.
  const ofStore = new Registry();
  const storeGauges = gaugesOfStore(ofStore);
  return {
    registry,
    read: async (bank, of) => {
      if (of === 'store') {
        storeGauges(await bank.store());
        return ofStore.getMetricsAsJSON();
      }
      ofProcess(bank.process());
      return registry.getMetricsAsJSON();
    },
  };
}

function processGauges(registry: Registry) {
  const registers = [registry];
  const underWay = new Gauge({ name: 'lupa_calls_under_way', help: 'Calls being answered now.', registers });
  const late = new Gauge({
    name: 'lupa_event_loop_delay_seconds',
    help: 'How late the event loop ran over the last half second, in the worker where it was worst.',
    registers,
    aggregator: 'max',
  });
  const connections = new Gauge({
    name: 'lupa_database_work',
    help: 'Statements and transactions under way, and transactions waiting for a connection.',
    labelNames: ['what'],
    registers,
  });
  return ({ callsUnderWay, eventLoopDelayMs, database }: ReturnType<BankFigures['process']>): void => {
    underWay.set(callsUnderWay);
    late.set(eventLoopDelayMs / 1000);
    for (const [what, count] of Object.entries(database)) connections.set({ what }, count);
  };
}

function gaugesOfStore(registry: Registry) {
  const registers = [registry];
  const waiting = new Gauge({
    name: 'lupa_submissions_waiting',
    help: 'Submissions that are not final, by status.',
    labelNames: ['status'],
    registers,
  });
  const delay = new Gauge({
    name: 'lupa_booking_delay_seconds',
    help: 'How long the booking that has waited longest has been due.',
    registers,
  });
  const age = new Gauge({
    name: 'lupa_records_age_seconds',
    help: 'How long ago the oldest booking that is kept was booked; 0 where there is none.',
    registers,
  });
  const unsealed = new Gauge({
    name: 'lupa_audit_events_unsealed',
    help: 'Events of the audit trail that no seal covers yet.',
    registers,
  });
  const imbalance = new Gauge({
    name: 'lupa_ledger_imbalance_cents',
    help: 'Sum of all balances, the own accounts of the bank included: anything but 0 is an emergency.',
    registers,
  });
  return (store: Awaited<ReturnType<BankFigures['store']>>): void => {
    waiting.set({ status: 'Accepted' }, store.submissionsAccepted);
    waiting.set({ status: 'Pending' }, store.submissionsPending);
    delay.set(secondsSince(store.oldestBooking));
    age.set(secondsSince(store.oldestRecord));
    unsealed.set(store.eventsUnsealed);
    imbalance.set(store.imbalanceCents);
  };
}

function secondsSince(time: Date | undefined): number {
  return time === undefined ? 0 : Math.max(0, (Date.now() - time.getTime()) / 1000);
}
