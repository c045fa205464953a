import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { SubmissionStatus } from '../src/index.ts';
import { refused } from './support/refused.ts';
import { PAYMENT_ID, SUBMISSION } from './support/samples.ts';
import { type Reply, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

const { submissionId } = SUBMISSION;

/** The bank answers these one after the other, and then the last of them for ever. */
function script(...answers: (SubmissionStatus | Reply)[]): void {
  bank.onApi = () => {
    const index = Math.min(bank.requestsTo('/submissions').length, answers.length) - 1;
    const answer = answers[index] ?? 'Accepted';
    return typeof answer === 'string' ? bank.signed(200, { ...SUBMISSION, status: answer }) : answer;
  };
}

const polls = () => bank.requestsTo('/submissions').length;

test('it polls ever less often until the payer is debited', async () => {
  script('Accepted', 'Accepted', 'Pending', 'Submitted');
  const submission = await bank.tpp().waitForStatus(PAYMENT_ID, submissionId);
  assert.equal(submission.status, 'Submitted');
  assert.deepEqual(bank.clock.slept.map(Math.round), [250, 400, 640]);
});

for (const status of ['Credited', 'Rejected', 'Error'] as const) {
  test(`it returns at ${status}, which no longer changes by itself`, async () => {
    script('Accepted', status);
    assert.equal((await bank.tpp().waitForStatus(PAYMENT_ID, submissionId, { until: ['Submitted'] })).status, status);
  });
}

test('who waits for Credited is not content with Submitted', async () => {
  script('Submitted', 'Submitted', 'Credited');
  assert.equal((await bank.tpp().waitForStatus(PAYMENT_ID, submissionId, { until: ['Credited'] })).status, 'Credited');
  assert.equal(polls(), 3);
});

test('when time runs out, the error has the last status', async () => {
  script('Pending');
  const error = await refused(bank.tpp().waitForStatus(PAYMENT_ID, submissionId, { timeoutMs: 3_000 }), 'WAIT_TIMEOUT');
  assert.equal(error.lastStatus, 'Pending');
  assert.ok(polls() > 3);
});

test('a bank that is busy for a while is no news, a forged answer is', async () => {
  const busy: Reply = { status: 503, headers: { 'content-type': 'text/html' }, body: '' };
  script(busy, busy, busy, busy, busy, busy, 'Submitted');
  assert.equal((await bank.tpp().waitForStatus(PAYMENT_ID, submissionId)).status, 'Submitted');
  bank.reset();
  script('Accepted', { status: 200, body: JSON.stringify({ ...SUBMISSION, status: 'Submitted' }) });
  await refused(bank.tpp().waitForStatus(PAYMENT_ID, submissionId), 'RESPONSE_SIGNATURE_MISSING');
});

test('a submission that is not there ends the wait at once', async () => {
  bank.onApi = () => bank.signed(404, { type: 'VALIDATION', message: 'no', id: 'r', violations: [] });
  await refused(bank.tpp().waitForStatus(PAYMENT_ID, submissionId), 'NOT_FOUND');
  assert.equal(polls(), 1);
});

test('the signal ends the wait', async () => {
  script('Accepted');
  const stop = new AbortController();
  const { onApi } = bank;
  bank.onApi = (received) => {
    if (polls() === 3) stop.abort();
    return onApi(received);
  };
  await refused(bank.tpp().waitForStatus(PAYMENT_ID, submissionId, { signal: stop.signal }), 'ABORTED');
  assert.equal(polls(), 3);
});
