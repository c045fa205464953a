import type { Database, DatabaseOccupancy } from './adapters/postgres/database.ts';
import { PostgresStoreFigures } from './adapters/postgres/store-figures.ts';
import type { LoadLimit } from './http/load-limit.ts';
import type { StoreFigures } from './ports/store-figures.ts';

/** What an operator asks of a running bank, beside what `Measures` is told. */
export interface BankFigures {
  /** Of this process, without asking anybody. */
  process(): {
    readonly callsUnderWay: number;
    readonly eventLoopDelayMs: number;
    readonly database: DatabaseOccupancy;
  };
  /** @throws LupaError UNAVAILABLE when the store does not answer: then the bank is not ready for calls */
  store(): Promise<StoreFigures>;
}

/** Of a store without connections. */
const IDLE: DatabaseOccupancy = { statements: 0, transactions: 0, waiting: 0 };

/** Figures of this process and of the store it works on. */
export function bankFigures(database: Database, load: LoadLimit): BankFigures {
  const store = new PostgresStoreFigures(database);
  return {
    process: () => ({
      callsUnderWay: load.underWay,
      eventLoopDelayMs: load.eventLoopDelayMs,
      database: database.occupancy?.() ?? IDLE,
    }),
    store: () => store.read(),
  };
}
