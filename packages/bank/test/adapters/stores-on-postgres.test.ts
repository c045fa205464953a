import { describe } from 'node:test';
import { storeContracts } from './store-contracts.ts';
import { postgresForTests } from './test-databases.ts';

describe('the stores on PostgreSQL', () => {
  storeContracts(postgresForTests().database);
});
