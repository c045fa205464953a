import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PostgresRateCounts } from '../../src/adapters/postgres/rate-counts.ts';
import { EARLIER, LATER, NOW, uuid } from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

/** Port RateCounts. */
export function rateCountsContract(database: OpenDatabase): void {
  const counts = () => new PostgresRateCounts(database());
  const subject = () => `calls of ${uuid()}`;
  const ten = { windowStart: NOW, limit: 10 };

  describe('counting how often', () => {
    test('gives what is left of the limit, then nothing', async () => {
      const who = subject();
      assert.equal(await counts().take(who, { ...ten, times: 4 }), 4);
      assert.equal(await counts().take(who, { ...ten, times: 4 }), 4);
      assert.equal(await counts().take(who, { ...ten, times: 4 }), 2);
      assert.equal(await counts().take(who, { ...ten, times: 1 }), 0);
    });
    test('begins anew with each window, and does not go back to an earlier one', async () => {
      const who = subject();
      assert.equal(await counts().take(who, { ...ten, times: 10 }), 10);
      assert.equal(await counts().take(who, { ...ten, windowStart: LATER, times: 10 }), 10);
      assert.equal(await counts().take(who, { ...ten, windowStart: NOW, times: 1 }), 0);
    });
    test('counts each subject for itself', async () => {
      assert.equal(await counts().take(subject(), { ...ten, times: 10 }), 10);
      assert.equal(await counts().take(subject(), { ...ten, times: 10 }), 10);
    });
    test('of forty at once nobody gets what another got', async () => {
      const who = subject();
      const got = await Promise.all(Array.from({ length: 40 }, () => counts().take(who, { ...ten, times: 3 })));
      assert.equal(
        got.reduce((all, each) => all + each, 0),
        10,
      );
    });
    test('forgets old windows alone, and no more at once than asked', async () => {
      const [old, older, young] = [subject(), subject(), subject()];
      const at = (windowStart: Date) => ({ windowStart, times: 10, limit: 10 });
      await counts().take(old, at(new Date(EARLIER.getTime() - 1)));
      await counts().take(older, at(new Date(0)));
      await counts().take(young, at(EARLIER));
      assert.equal(await counts().purge(EARLIER, 1), 1);
      assert.equal(await counts().take(older, at(new Date(0))), 10);
      while ((await counts().purge(EARLIER, 100)) > 0);
      assert.equal(await counts().take(old, at(new Date(0))), 10);
      assert.equal(await counts().take(young, at(EARLIER)), 0);
    });
  });
}
