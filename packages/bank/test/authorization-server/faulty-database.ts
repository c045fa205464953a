import { LupaError } from '@lupa/protocol';
import type { Database, Statement } from '../../src/adapters/postgres/database.ts';

/** A database that can be told to be away, or slow, for some of its statements. */
export function faultyDatabase(database: Database) {
  let isAway: (statement: Statement | 'transaction') => boolean = () => false;
  const held = new Map<string, { reached: () => void; released: Promise<void> }>();
  const orFail = (what: Statement | 'transaction') => {
    if (isAway(what)) throw new LupaError('UNAVAILABLE');
  };
  const faulty: Database = {
    async query(statement, values) {
      orFail(statement);
      const hold = held.get(statement.name);
      held.delete(statement.name);
      hold?.reached();
      await hold?.released;
      return database.query(statement, values);
    },
    async transaction(work) {
      orFail('transaction');
      return database.transaction(work);
    },
    close: () => database.close(),
  };
  return {
    database: faulty,
    failAt: (names: readonly string[]) => {
      isAway = (what) => names.includes(what === 'transaction' ? what : what.name);
    },
    /** Lets the next of these statements wait. */
    holdNext: (name: string) => {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      held.set(name, { reached: reached.resolve, released: released.promise });
      return { reached: reached.promise, release: released.resolve };
    },
    recover: () => {
      isAway = () => false;
    },
  };
}
