import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CpuProfile, timeBySteps } from '../../bench/support/cpu-profile.ts';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
});

const PROFILE: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 5, 6]),
    node(2, '(idle)', ''),
    node(3, 'signOneShot', 'node:internal/crypto/sig', [4]),
    node(4, 'nativeSign', ''),
    node(5, 'query', 'file:///bank/node_modules/pg/lib/client.js'),
    node(6, '(garbage collector)', ''),
  ],
  samples: [2, 3, 4, 5, 6],
  timeDeltas: [1000, 20, 40, 30, 10],
};

test('each function counts for its step, a native one for whoever called it, and idling for none', () => {
  assert.deepEqual(timeBySteps(PROFILE), [
    { step: 'signatures and digests', share: 0.6 },
    { step: 'PostgreSQL driver', share: 0.3 },
    { step: 'garbage collection', share: 0.1 },
  ]);
});

test('a process that did nothing has no steps', () => {
  assert.deepEqual(timeBySteps({ ...PROFILE, samples: [2], timeDeltas: [1000] }), []);
});
