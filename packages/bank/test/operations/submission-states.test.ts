import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  asSubmissionId,
  formatHelsinki,
  type LupaError,
  type PaymentId,
  parseSandboxScenario,
  type SandboxScenario,
} from '@lupa/protocol';
import type { Call } from '../../src/operations/authenticated-call.ts';
import { bookSubmissions } from '../../src/operations/book-submissions.ts';
import { deletePayment } from '../../src/operations/delete-payment.ts';
import { foreseeSubmission } from '../../src/operations/foresee-submission.ts';
import { readPayment, readSubmission } from '../../src/operations/read-payment.ts';
import { rejectLapsedSubmissions } from '../../src/operations/reject-lapsed-submissions.ts';
import { submitPayment } from '../../src/operations/submit-payment.ts';
import type { SubmissionRecord } from '../../src/ports/records.ts';
import { AINO_IBAN, type BankParts, openBankParts, VILLE_IBAN } from '../bank-parts.ts';
import { codeOf } from '../code-of.ts';

let bank: BankParts;
before(async () => {
  bank = await openBankParts();
});
after(async () => {
  await bookAll();
  assert.deepEqual(await bank.ledger.trialBalance(), {
    imbalanceCents: 0,
    accountsOff: 0,
    reservationsOff: 0,
    submissionsOff: 0,
  });
  await bank.close();
});
// What one test leaves waiting is not done in another.
beforeEach(async () => {
  await bookAll();
  await rejectLapsedSubmissions(bank);
});

const ID = asSubmissionId('once');
const UNAVAILABLE = scenario('PaymentSystemUnavailable');

function scenario(text: string): SandboxScenario {
  const parsed = parseSandboxScenario(text);
  assert.ok(parsed, text);
  return parsed;
}

async function bookAll(): Promise<void> {
  bank.clock.advance(1_000);
  while ((await bookSubmissions(bank)) > 0);
}

/** Sets the clock, forwards only. */
function goTo(time: string): void {
  const ahead = Date.parse(time) - bank.clock.now().getTime();
  assert.ok(ahead >= 0, `${time} is past`);
  bank.clock.advance(ahead);
}

const put = ({ paymentId, user }: { paymentId: PaymentId; user: Call }, how?: SandboxScenario) =>
  submitPayment(bank, user, paymentId, ID, how);
const read = ({ paymentId, user }: { paymentId: PaymentId; user: Call }) => readSubmission(bank, user, paymentId, ID);
const foresee = ({ paymentId, user }: { paymentId: PaymentId; user: Call }, duration: string) =>
  foreseeSubmission(
    { ...bank, foreseeBooking: (...of) => bank.ledger.foreseeBooking(...of) },
    user,
    paymentId,
    ID,
    scenario(`FutureSimulation=${duration}`),
  );

/** The same payment, seen with a token that is still good. */
async function withNewToken<P extends { authorizationId: Parameters<BankParts['callOf']>[2] }>(payment: P) {
  return { ...payment, user: await bank.callOf('tpp-a', 'user', payment.authorizationId) };
}

async function bookingsOf(paymentId: PaymentId): Promise<number> {
  const text = 'SELECT COUNT(*) AS rows FROM bookings WHERE payment_id = $1';
  const [row] = await bank.database.query<{ rows: number }>({ name: 'test-bookings-of', text }, [paymentId]);
  return row?.rows ?? 0;
}

/** Each night: a day of the ordinary length, and the two whose clocks change. Evening, midnight and midnight in UTC. */
const NIGHTS = [
  ['an ordinary night', '2026-12-10T23:59:00+02:00', '2026-12-11T00:00:00+02:00'],
  ['the night before the clocks go forward', '2027-03-27T23:59:00+02:00', '2027-03-28T00:00:00+02:00'],
  ['the night after they did', '2027-03-28T01:00:00+02:00', '2027-03-29T00:00:00+03:00'],
  ['the night before they go back', '2027-10-30T23:59:00+03:00', '2027-10-31T00:00:00+03:00'],
  ['the night after they did', '2027-10-31T01:00:00+03:00', '2027-11-01T00:00:00+02:00'],
] as const;

test('with the payment system away a submission is Pending: nothing is debited, reserved or used up', async () => {
  const before = await bank.balanceOf(bank.aino);
  const pending = await bank.approved();
  const answer = await put(pending, UNAVAILABLE);
  assert.equal(answer.status, 'Pending');
  assert.equal(formatHelsinki(answer.pendingUntil ?? new Date(0)), '2026-11-21T00:00:00.000+02:00');
  assert.deepEqual(await bank.balanceOf(bank.aino), before);
  const { payment, submissions } = await readPayment(bank, pending.user, pending.paymentId);
  assert.deepEqual([payment.status, payment.submissionsMade], ['Authorized', 0]);
  assert.deepEqual(submissions, [answer]);
});

test('a Pending submission is tried again with the same id, keeps its first time and is booked once', async () => {
  const pending = await bank.approved();
  const first = await put(pending, UNAVAILABLE);
  bank.clock.advance(60_000);
  assert.equal((await put(pending, UNAVAILABLE)).status, 'Pending');
  const answers = await Promise.all(Array.from({ length: 10 }, () => put(pending)));
  for (const answer of answers) assert.equal(answer.status, 'Accepted');
  assert.deepEqual(answers[0]?.created, first.created);
  await bookAll();
  assert.equal((await read(pending)).status, 'Submitted');
  assert.equal(await bookingsOf(pending.paymentId), 1);
});

test('ten at once of one id, with the system away for half of them, are one booking', async () => {
  const payment = await bank.approved();
  const all = Array.from({ length: 10 }, (_, place) => put(payment, place % 2 === 0 ? UNAVAILABLE : undefined));
  await Promise.all(all);
  await bookAll();
  assert.equal((await read(payment)).status, 'Submitted');
  assert.equal(await bookingsOf(payment.paymentId), 1);
});

for (const [night, evening, midnight] of NIGHTS) {
  test(`${night}: until the last millisecond a Pending submission is tried again, at midnight it is Rejected`, async () => {
    goTo(evening);
    await rejectLapsedSubmissions(bank);
    const [retried, reader, putter] = await Promise.all([bank.approved(), bank.approved(), bank.approved()]);
    const end = new Date(midnight);
    for (const payment of [retried, reader, putter]) {
      assert.deepEqual((await put(payment, UNAVAILABLE)).pendingUntil, end);
    }

    goTo(new Date(end.getTime() - 1).toISOString());
    assert.equal((await read(await withNewToken(reader))).status, 'Pending');
    assert.equal(await rejectLapsedSubmissions(bank), 0);
    assert.equal((await put(await withNewToken(retried))).status, 'Accepted');

    goTo(midnight);
    const seen = await read(await withNewToken(reader));
    assert.deepEqual([seen.status, seen.modified], ['Rejected', end]);
    const answered = await put(await withNewToken(putter));
    assert.deepEqual([answered.status, answered.modified], ['Rejected', end]);
    assert.equal(await rejectLapsedSubmissions(bank), 1, 'the one that was only read');
    assert.equal(await rejectLapsedSubmissions(bank), 0);
    assert.deepEqual(await read(await withNewToken(reader)), seen, 'the same before and after it is written down');
    assert.equal((await put(await withNewToken(putter))).status, 'Rejected', 'for good');
    assert.equal((await read(await withNewToken(retried))).status, 'Accepted');
    const { user } = await withNewToken(putter);
    const other = await submitPayment(bank, user, putter.paymentId, asSubmissionId('another'));
    assert.equal(other.status, 'Accepted', 'the payment itself was not used up');
  });
}

test('a payment revoked while its submission is Pending is not submitted by trying again', async () => {
  const pending = await bank.approved();
  await put(pending, UNAVAILABLE);
  await deletePayment(bank, await bank.callOf('tpp-a', 'client'), pending.paymentId);
  assert.equal(await codeOf(put(pending)), 'ILLEGAL_STATE');
  assert.equal((await read(pending)).status, 'Pending');
});

test('a simulated lack of money is an Error like any other, and the same id is tried again', async () => {
  const before = await bank.balanceOf(bank.aino);
  const payment = await bank.approved();
  assert.equal(await codeOf(put(payment, scenario('InsufficientFunds'))), 'INSUFFICIENT_FUNDS');
  assert.equal((await read(payment)).status, 'Error');
  assert.deepEqual(await bank.balanceOf(bank.aino), before);
  assert.equal((await put(payment)).status, 'Accepted');
});

test('a scenario does nothing to a submission that was accepted', async () => {
  const payment = await bank.approved();
  await put(payment);
  for (const text of ['InsufficientFunds', 'PaymentSystemUnavailable', 'PaymentFail', 'PaymentSubmitFailed']) {
    assert.equal((await put(payment, scenario(text))).status, 'Accepted', text);
  }
  await bookAll();
  assert.equal((await read(payment)).status, 'Submitted');
});

for (const text of [
  'PaymentFail',
  'PaymentFail=AccountClosed',
  'PaymentFail=InvalidPayee',
  'PaymentFail=LimitExceeded',
]) {
  test(`${text} is refused for good, and the same id is refused alike`, async () => {
    const before = await bank.balanceOf(bank.aino);
    const payment = await bank.approved();
    const refusals: string[] = [];
    for (const how of [scenario(text), undefined, scenario('PaymentSubmitSuccess')]) {
      await put(payment, how).catch((error: LupaError) => refusals.push(`${error.code} ${error.message}`));
    }
    assert.equal(refusals.length, 3);
    assert.equal(new Set(refusals).size, 1, refusals.join('\n'));
    assert.match(refusals[0] ?? '', /^PAYMENT_FAIL /);
    assert.equal((await read(payment)).status, 'Rejected');
    assert.deepEqual(await bank.balanceOf(bank.aino), before);
  });
}

test('PaymentSubmitFailed is Accepted, later Rejected, and the money is free again', async () => {
  const before = await bank.balanceOf(bank.aino);
  const payment = await bank.approved();
  assert.equal((await put(payment, scenario('PaymentSubmitFailed'))).status, 'Accepted');
  assert.equal((await bank.balanceOf(bank.aino)).reserved, before.reserved + 400);
  while ((await bookSubmissions(bank)) > 0);
  assert.equal((await read(payment)).status, 'Accepted', 'it is seen to be accepted first');
  await bookAll();
  const rejected = await read(payment);
  assert.deepEqual([rejected.status, rejected.archiveId, rejected.failure], ['Rejected', undefined, undefined]);
  assert.deepEqual(await bank.balanceOf(bank.aino), before);
  assert.equal(await bookingsOf(payment.paymentId), 0);
  assert.equal((await put(payment)).status, 'Rejected');
});

test('PaymentSubmitSuccess is Accepted, later Submitted, even where it would be Credited', async () => {
  const payment = await bank.approved({ paymentOrder: 'SEPA_INST', payee: { iban: VILLE_IBAN, name: 'Ville' } });
  assert.equal((await put(payment, scenario('PaymentSubmitSuccess'))).status, 'Accepted');
  await bookAll();
  assert.equal((await read(payment)).status, 'Submitted');
  assert.equal(await bookingsOf(payment.paymentId), 1);
});

test('no scenario makes money: PaymentSubmitSuccess of more than there is, is an Error', async () => {
  const { balance } = await bank.balanceOf(bank.aino);
  const payment = await bank.approved({ amountEUR: ((balance + 1) / 100).toFixed(2) });
  assert.equal(await codeOf(put(payment, scenario('PaymentSubmitSuccess'))), 'INSUFFICIENT_FUNDS');
});

for (const [outcome, wish, how] of [
  ['Submitted', {}, undefined],
  ['Credited', { paymentOrder: 'SEPA_INST', payee: { iban: VILLE_IBAN, name: 'Ville' } }, undefined],
  ['Rejected', { payee: { iban: AINO_IBAN, name: 'Aino' } }, undefined],
  ['Rejected', {}, 'PaymentSubmitFailed'],
  ['Submitted', {}, 'PaymentSubmitSuccess'],
] as const) {
  test(`a future is foreseen as it then comes: ${outcome} ${how ?? 'by itself'}, and looking changes nothing`, async () => {
    const payment = await bank.approved(wish);
    const accepted = await put(payment, how && scenario(how));
    const future = await foresee(payment, 'PT1H');
    assert.equal(future.status, outcome);
    assert.equal(future.archiveId, undefined, 'it is filed under no reference yet');
    assert.deepEqual(await read(payment), accepted);
    await bookAll();
    assert.equal((await read(payment)).status, outcome);
  });
}

test('a Pending submission is foreseen Rejected from midnight on, and Pending until then', async () => {
  goTo('2027-11-10T10:00:00.000Z');
  const payment = await bank.approved();
  const pending = await put(payment, UNAVAILABLE);
  assert.equal((await foresee(payment, 'PT11H59M59.999S')).status, 'Pending');
  assert.equal((await foresee(payment, 'PT12H')).status, 'Rejected');
  assert.deepEqual(await read(payment), pending, 'looking changes nothing');
  assert.equal((await put(payment)).status, 'Accepted');
});

test('a PUT simulated past midnight finds the submission Rejected, and that stays', async () => {
  const payment = await bank.approved();
  await put(payment, UNAVAILABLE);
  const now = bank.clock.now();
  const rejected = await put(payment, scenario('FutureSimulation=P1D'));
  assert.deepEqual([rejected.status, rejected.modified], ['Rejected', now], 'nothing is recorded ahead of its time');
  assert.equal((await put(payment)).status, 'Rejected');
});

test('a PUT simulated later on the same day tries again', async () => {
  const payment = await bank.approved();
  await put(payment, UNAVAILABLE);
  const accepted: SubmissionRecord = await put(payment, scenario('FutureSimulation=PT1H'));
  assert.deepEqual([accepted.status, accepted.modified], ['Accepted', bank.clock.now()]);
});
