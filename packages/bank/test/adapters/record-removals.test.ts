import { describe } from 'node:test';
import { recordRemovalsContract } from './record-removals-contract.ts';
import {
  brokenRecordsContract,
  clockAheadContract,
  recordRemovalsHeldContract,
} from './record-removals-held-contract.ts';
import { pgliteForTests, postgresForTests } from './test-databases.ts';

// Each has a store of its own: the years of its records follow one another.
for (const [name, stores] of [
  ['PostgreSQL', postgresForTests],
  ['PGlite', pgliteForTests],
] as const) {
  describe(`removal from ${name}`, () => recordRemovalsContract(stores().database));
  describe(`removal from ${name}, and what is held back`, () => recordRemovalsHeldContract(stores().database));
  describe(`removal from ${name}, when a clock had run ahead`, () => clockAheadContract(stores().database));
  describe(`removal from ${name}, where somebody was at the records`, () => brokenRecordsContract(stores().database));
}
