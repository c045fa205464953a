import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSandboxScenario, type SandboxScenario } from '@lupa/protocol';
import { decidedAt, simulateTrial } from '../../src/domain/simulated-trial.ts';

function scenario(text: string): SandboxScenario {
  const parsed = parseSandboxScenario(text);
  assert.ok(parsed, text);
  return parsed;
}

const AUTHORIZATION_ID = '01930000-0000-7000-8000-00000000beef';

for (const [text, trial] of [
  ['InsufficientFunds', { status: 'Error' }],
  ['PaymentSystemUnavailable', { status: 'Pending' }],
  ['PaymentFail', { status: 'Rejected', failure: 'Unspecified' }],
  ['PaymentFail=AccountClosed', { status: 'Rejected', failure: 'AccountClosed' }],
  ['PaymentFail=InvalidPayee', { status: 'Rejected', failure: 'InvalidPayee' }],
  ['PaymentFail=LimitExceeded', { status: 'Rejected', failure: 'LimitExceeded' }],
  ['PaymentSubmitFailed', { status: 'Accepted', bookedAs: 'Rejected' }],
  ['PaymentSubmitSuccess', { status: 'Accepted', bookedAs: 'Submitted' }],
  ['FutureSimulation=P1D', undefined],
  [`SandboxAuthorized=${AUTHORIZATION_ID}`, undefined],
] as const) {
  test(`${text} makes ${trial?.status ?? 'nothing'} of a trial`, () =>
    assert.deepEqual(simulateTrial(scenario(text)), trial));
}

test('without a scenario the account decides, and the clock is right', () => {
  const now = new Date('2026-11-22T10:00:00.000Z');
  assert.equal(simulateTrial(undefined), undefined);
  assert.deepEqual(decidedAt(now, undefined), now);
  assert.deepEqual(decidedAt(now, scenario('InsufficientFunds')), now);
  assert.deepEqual(decidedAt(now, scenario('FutureSimulation=P1DT1H')), new Date('2026-11-23T11:00:00.000Z'));
});
