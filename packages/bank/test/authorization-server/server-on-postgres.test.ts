import { describe } from 'node:test';
import { postgresForTests } from '../adapters/test-databases.ts';
import { serverContract } from './server-contract.ts';

describe('the authorization server on PostgreSQL', () => serverContract(postgresForTests().database));
