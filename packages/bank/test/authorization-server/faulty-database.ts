import { LupaError } from '@lupa/protocol';
import type { Database, Statement } from '../../src/adapters/postgres/database.ts';

/** A database that can be told to be away, or slow, for some of its statements. */
export function faultyDatabase(database: Database) {
  let isAway: (statement: Statement | 'transaction') => boolean = () => false;
  const held = new Map<string, { reached: () => void; released: Promise<void> }>();
  const orFail = (what: Statement | 'transaction') => {
    if (isAway(what)) throw new LupaError('UNAVAILABLE');
  };
  const wait = async (name: string) => {
    const hold = held.get(name);
    held.delete(name);
    hold?.reached();
    await hold?.released;
  };
  const faulty: Database = {
    async query(statement, values) {
      orFail(statement);
      await wait(statement.name);
      return database.query(statement, values);
    },
    async transaction(work) {
      orFail('transaction');
      await wait('transaction');
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
