import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { removeRecords } from '../../src/operations/remove-records.ts';
import { verifyAuditTrail } from '../../src/operations/verify-audit-trail.ts';
import { auditRemovalContract } from './audit-removal-contract.ts';
import { OldRecords } from './old-records.ts';
import { DAY_MS, KEPT_FROM, NOW, removalOf, since } from './record-removals-contract.ts';
import { pgliteForTests, postgresForTests } from './test-databases.ts';

describe('on PGlite', () => auditRemovalContract(pgliteForTests().database));
describe('on PostgreSQL', () => auditRemovalContract(postgresForTests().database));

describe('on a PostgreSQL of a bank at work', () => {
  const { database } = postgresForTests();

  test('the trail is checked all the while records are removed from it, and found whole every time', async () => {
    const records = new OldRecords(database());
    const account = await records.account(since(-100 * DAY_MS));
    for (let day = -99; day < -75; day += 1) {
      await records.paid(account, since(day * DAY_MS));
      await records.event(since(day * DAY_MS), account.customerId);
      await records.event(since(day * DAY_MS));
      await records.seal(since(day * DAY_MS));
    }
    let isOver = false;
    const pieces = { bookings: 3, seals: 1, authorizations: 2 };
    const removing = removeRecords({ ...removalOf(database()), pieces }, 10).finally(() => {
      isOver = true;
    });
    const working = (async () => {
      while (!isOver) {
        await records.paid(account, NOW);
        await records.seal(NOW);
      }
    })();
    let checks = 0;
    const checking = [2, 5, 100].map(async (rows) => {
      do {
        const trail = new PostgresAuditTrail(database());
        assert.deepEqual((await verifyAuditTrail(trail, { pieces: { chains: rows, rows } })).faults, []);
        checks += 1;
      } while (!isOver);
    });
    const [{ counts }] = await Promise.all([removing, working, ...checking]);
    // The last seal of what is old stays, with what it covers.
    assert.deepEqual([counts.seals, counts.authorizations], [23, 23]);
    const { faults, keptFrom } = await verifyAuditTrail(new PostgresAuditTrail(database()));
    assert.deepEqual([faults, keptFrom], [[], KEPT_FROM.toISOString()]);
    assert.ok(checks >= 3);
  });
});
