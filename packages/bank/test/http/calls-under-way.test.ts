import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallsUnderWay } from '../../src/http/calls-under-way.ts';
import { codeOf } from '../code-of.ts';

/** A call that is under way until told to end. */
function openCall() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { answer: () => promise, end: resolve, fail: reject };
}

test('as many calls of one TPP as allowed are answered at once, and one more is not', async () => {
  const calls = new CallsUnderWay(2);
  const [first, second] = [openCall(), openCall()];
  const answered = [calls.within('tpp-a', first.answer), calls.within('tpp-a', second.answer)];
  assert.equal(await codeOf(calls.within('tpp-a', async () => 'third')), 'TOO_MANY_REQUESTS');
  first.end();
  await answered[0];
  assert.equal(await calls.within('tpp-a', async () => 'third'), 'third');
  second.end();
  await Promise.all(answered);
});

test('one TPP never waits for another', async () => {
  const calls = new CallsUnderWay(1);
  const mine = openCall();
  const answered = calls.within('tpp-a', mine.answer);
  assert.equal(await calls.within('tpp-b', async () => 'theirs'), 'theirs');
  mine.end();
  await answered;
});

test('a call that fails makes room as one that succeeds does', async () => {
  const calls = new CallsUnderWay(1);
  const mine = openCall();
  const answered = calls.within('tpp-a', mine.answer);
  mine.fail(new Error('broken'));
  await assert.rejects(answered, /broken/);
  assert.equal(await calls.within('tpp-a', async () => 'next'), 'next');
});
