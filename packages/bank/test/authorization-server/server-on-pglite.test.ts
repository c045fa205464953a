import { describe } from 'node:test';
import { pgliteForTests } from '../adapters/test-databases.ts';
import { storeContract } from './server-contract.ts';

describe('the authorization server on PGlite', () => storeContract(pgliteForTests().database));
