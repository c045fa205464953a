import { LupaError } from '@lupa/protocol';
import type { Database, Statement } from '../../src/adapters/postgres/database.ts';

/** A database that can be told to be away, whole or for some of its statements. */
export function faultyDatabase(database: Database) {
  let isAway: (statement: Statement | 'transaction') => boolean = () => false;
  const orFail = (what: Statement | 'transaction') => {
    if (isAway(what)) throw new LupaError('UNAVAILABLE');
  };
  const faulty: Database = {
    async query(statement, values) {
      orFail(statement);
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
    recover: () => {
      isAway = () => false;
    },
  };
}
