import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grownMemory } from '../../bench/soak.ts';

const samples = (heapAt: (seconds: number) => number) =>
  Array.from({ length: 100 }, (_, seconds) => ({ seconds, heapMegabytes: heapAt(seconds), rssMegabytes: 200 }));

test('memory that goes up and down around a level is flat', () => {
  const { heap, rss } = grownMemory(samples((seconds) => 50 + (seconds % 2)));
  assert.ok(Math.abs(heap - 1) < 0.01);
  assert.equal(rss, 1);
});

test('memory that grows steadily after the warm-up is told by how much', () => {
  assert.ok(Math.abs(grownMemory(samples((seconds) => 100 + seconds)).heap - 199 / 130) < 0.001);
});

test('what grows in the warm-up alone does not count', () => {
  assert.equal(grownMemory(samples((seconds) => (seconds < 20 ? seconds : 60))).heap, 1);
});
