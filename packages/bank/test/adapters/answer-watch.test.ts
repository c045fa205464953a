import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerWatch } from '../../src/adapters/postgres/answer-watch.ts';

const LIMIT_MS = 100;

function watched() {
  const { promise: told, resolve } = Promise.withResolvers<void>();
  let missed = 0;
  const watch = new AnswerWatch(LIMIT_MS, () => {
    missed += 1;
    resolve();
  });
  return { watch, told, missed: () => missed };
}

/** Does something now and then, for several times as long as an answer is waited for. */
function manyTimes(work: () => void): Promise<void> {
  return new Promise((resolve) => {
    let times = 0;
    const each = setInterval(() => {
      work();
      times += 1;
      if (times < 40) return;
      clearInterval(each);
      resolve();
    }, LIMIT_MS / 10);
  });
}

describe('the watch over the answers of a connection', () => {
  test('tells once of an answer that stays away', async () => {
    const { watch, told, missed } = watched();
    watch.asked();
    await Promise.all([told, sleep(3 * LIMIT_MS)]);
    assert.equal(missed(), 1);
  });

  test('says nothing of a connection that nobody asks, and watches again when somebody does', async () => {
    const { watch, told, missed } = watched();
    watch.asked();
    watch.answered();
    await sleep(3 * LIMIT_MS);
    assert.equal(missed(), 0);
    watch.asked();
    await Promise.all([told, sleep(3 * LIMIT_MS)]);
    assert.equal(missed(), 1);
  });

  test('waits on while answers come, however many are due', async () => {
    const { watch, missed } = watched();
    for (let asked = 0; asked < 100; asked += 1) watch.asked();
    await manyTimes(() => watch.answered());
    assert.equal(missed(), 0);
  });

  test('does not let questions put off the answer that is due before them', async () => {
    const { watch, missed } = watched();
    await manyTimes(() => watch.asked());
    assert.equal(missed(), 1);
  });
});
