import { describe } from 'node:test';
import { auditRemovalContract } from './audit-removal-contract.ts';
import { pgliteForTests, postgresForTests } from './test-databases.ts';

describe('on PGlite', () => auditRemovalContract(pgliteForTests().database));
describe('on PostgreSQL', () => auditRemovalContract(postgresForTests().database));
