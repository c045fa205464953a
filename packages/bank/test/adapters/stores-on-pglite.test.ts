import { describe } from 'node:test';
import { storeContracts } from './store-contracts.ts';
import { pgliteForTests } from './test-databases.ts';

describe('the stores on PGlite', () => {
  storeContracts(pgliteForTests().database);
});
