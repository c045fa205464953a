import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreseen } from '../../src/domain/foreseen-submission.ts';

const due = new Date('2026-11-22T10:00:01.000Z');
const before = new Date('2026-11-22T10:00:00.999Z');
const midnight = new Date('2026-11-22T22:00:00.000Z');
const accepted = { status: 'Accepted', pendingUntil: undefined } as const;

test('an accepted submission is foreseen booked from the time its booking is due', () => {
  const booking = { due, outcome: 'Credited' } as const;
  assert.equal(foreseen(accepted, booking, before), undefined);
  assert.deepEqual(foreseen(accepted, booking, due), { status: 'Credited', modified: due });
  assert.equal(foreseen(accepted, undefined, midnight), undefined, 'nothing waits in the queue');
});

test('a pending submission is foreseen rejected from its midnight on', () => {
  const pending = { status: 'Pending', pendingUntil: midnight } as const;
  assert.equal(foreseen(pending, undefined, before), undefined);
  assert.equal(foreseen(pending, undefined, midnight)?.status, 'Rejected');
});

test('what is final or failed stays what it is', () => {
  for (const status of ['Submitted', 'Credited', 'Rejected', 'Error'] as const) {
    assert.equal(foreseen({ status, pendingUntil: undefined }, { due, outcome: 'Rejected' }, midnight), undefined);
  }
});
