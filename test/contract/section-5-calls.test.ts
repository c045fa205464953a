import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Authorization, SepaPayment, Submission } from '@lupa/protocol';
import { jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { type ApprovedBundle, type ContractBank, openContractBank } from './support/contract-bank.ts';

describe('contract §5, the calls of the payments API', () => {
  let bank: ContractBank;
  let tpp: TestTpp;
  let token: string;
  let approved: ApprovedBundle;

  before(async () => {
    bank = await openContractBank();
    ({ tpp, token } = bank);
    approved = await bank.approved(Array.from({ length: 8 }, () => ({ amountEUR: '0.10' })));
  });
  after(() => bank.close());

  /** Each test submits a payment of its own. */
  const paymentNumber = (place: number): SepaPayment => approved.payments[place] ?? assert.fail();
  const submissionPath = (place: number, id: string) =>
    `/sepa-payments/${paymentNumber(place).paymentId}/submissions/${id}`;
  const put = (place: number, id: string, rest: { headers?: Record<string, string>; body?: string } = {}) =>
    tpp.call({ method: 'PUT', path: submissionPath(place, id), token: approved.user, ...rest });

  test('POST /sepa-payments answers 201 with a SepaPayment and a Location', async () => {
    const answer = await tpp.create(token);
    assert.equal(answer.status, 201);
    const { paymentId, paymentType, amountEUR } = jsonOf<SepaPayment>(answer);
    assert.deepEqual([paymentType, amountEUR], ['SepaPayment', SAMPLE.amountEUR]);
    assert.equal(answer.headers.location, `/payments-psd2/v1/sepa-payments/${paymentId}`);
    const located = await fetchLocation(answer.headers.location);
    assert.equal(located.paymentId, paymentId);
  });

  const fetchLocation = (location: string | undefined) =>
    bank.read<SepaPayment>((location ?? '').replace('/payments-psd2/v1', ''));

  test('GET /sepa-payments/{paymentId} answers 200 with the SepaPayment', async () => {
    const created = await tpp.created(token);
    assert.deepEqual(await bank.read<SepaPayment>(`/sepa-payments/${created.paymentId}`), created);
  });

  test('"?include=submissions adds submissions": none, then those that were made', async () => {
    const path = `/sepa-payments/${paymentNumber(0).paymentId}?include=submissions`;
    assert.deepEqual((await bank.read<SepaPayment>(path)).submissions, []);
    await put(0, 'first');
    const [made, ...more] = (await bank.read<SepaPayment>(path)).submissions ?? [];
    assert.equal(made?.submissionId, 'first');
    assert.deepEqual(more, []);
    const without = await bank.read<SepaPayment>(`/sepa-payments/${paymentNumber(0).paymentId}`);
    assert.equal('submissions' in without, false);
  });

  test('DELETE /sepa-payments/{paymentId} answers 200 with the SepaPayment, "now Revoked"', async () => {
    const { paymentId, ...created } = await tpp.created(token);
    const path = `/sepa-payments/${paymentId}`;
    const { modified, ...deleted } = await bank.json<SepaPayment>(tpp.call({ method: 'DELETE', path, token }));
    const { modified: _before, ...expected } = { ...created, paymentId, status: 'Revoked' };
    assert.deepEqual(deleted, expected);
    assert.equal((await bank.read<SepaPayment>(path)).modified, modified);
  });

  test('DELETE of a payment "only before submission"', async () => {
    const revocable = `/sepa-payments/${paymentNumber(1).paymentId}`;
    const submitted = `/sepa-payments/${paymentNumber(2).paymentId}`;
    await bank.settledAfter(() => put(2, '1'));
    const late = await bank.store.unchangedBy(() => tpp.call({ method: 'DELETE', path: submitted, token }));
    assertRefused(late, 409, 'BUSINESS', 'IllegalState ');
    assert.equal((await tpp.call({ method: 'DELETE', path: revocable, token })).status, 200);
  });

  test('PUT of a submission answers 200 with the Submission', async () => {
    const { submissionId, status } = await bank.json<Submission>(put(3, 'mine'));
    assert.equal(submissionId, 'mine');
    assert.ok(['Accepted', 'Submitted'].includes(status), status);
  });

  test('"submissionId is the TPP\'s own, unique per payment": the same one of two payments is two submissions', async () => {
    const [one, other] = [
      await bank.json<Submission>(put(4, 'the-same')),
      await bank.json<Submission>(put(5, 'the-same')),
    ];
    assert.deepEqual([one.submissionId, other.submissionId], ['the-same', 'the-same']);
    await bank.settledAfter(async () => undefined);
    const archived = async (place: number) =>
      (await bank.read<Submission>(submissionPath(place, 'the-same'))).archiveId;
    assert.notEqual(await archived(4), await archived(5));
  });

  test('a submission\'s "body absent, empty (Content-Length: 0) or {}"', async () => {
    const first = await bank.json<Submission>(put(6, 'bodies'));
    for (const rest of [{ headers: { 'content-length': '0' } }, { body: '{}' }, { body: ' { } ' }]) {
      assert.equal((await bank.json<Submission>(put(6, 'bodies', rest))).created, first.created);
    }
    const refused = await bank.store.unchangedBy(() => put(7, 'bodies', { body: '{"amountEUR":"1.00"}' }));
    assertRefused(refused, 400, 'VALIDATION', 'UnrecognizedProperty ');
  });

  test('GET of a submission answers 200 with the Submission; of one never put, 404', async () => {
    await put(3, 'mine');
    assert.equal((await bank.read<Submission>(submissionPath(3, 'mine'))).submissionId, 'mine');
    assertRefused(await tpp.call({ path: submissionPath(3, 'never'), token }), 404, 'VALIDATION');
  });

  test('GET of the submissions answers 200 {"submissions": [Submission]}, oldest first', async () => {
    const { payment, user } = await bank.approved([{ amountEUR: '0.10', count: 3 }]);
    const path = `/sepa-payments/${payment.paymentId}/submissions`;
    assert.deepEqual(await bank.read(path), { submissions: [] });
    for (const id of ['b', 'a', 'c']) await bank.json(tpp.submit(user, payment.paymentId, id));
    const { submissions, ...rest } = await bank.read<{ submissions: readonly Submission[] }>(path);
    assert.deepEqual(rest, {});
    assert.deepEqual(
      submissions.map(({ submissionId }) => submissionId),
      ['b', 'a', 'c'],
    );
  });

  test('GET /payments/{paymentId} answers 200, whichever type the payment has', async () => {
    const created = await tpp.created(token);
    assert.deepEqual(await bank.read<SepaPayment>(`/payments/${created.paymentId}`), created);
    const included = await bank.read<SepaPayment>(`/payments/${created.paymentId}?include=submissions`);
    assert.deepEqual(included.submissions, []);
    assertRefused(await tpp.call({ path: `/payments/${randomUUID()}`, token }), 404, 'VALIDATION');
  });

  test('GET /authorizations/{authorizationId} answers 200; "?include=payments adds sepaPayments"', async () => {
    const first = await tpp.created(token);
    const { authorizationId } = first;
    const second = await tpp.created(token, { authorizationId });
    const plain = await bank.read<Authorization>(`/authorizations/${authorizationId}`);
    assert.equal('sepaPayments' in plain, false);
    const whole = await bank.read<Authorization>(`/authorizations/${authorizationId}?include=payments`);
    assert.deepEqual(whole, { ...plain, sepaPayments: [first, second] });
  });

  test('GET /authorizations/{authorizationId}/payments answers 200 {"payments": […]}', async () => {
    const first = await tpp.created(token);
    const { authorizationId } = first;
    const second = await tpp.created(token, { authorizationId });
    assert.deepEqual(await bank.read(`/authorizations/${authorizationId}/payments`), { payments: [first, second] });
  });

  test('DELETE /authorizations/{authorizationId} answers 200 and "revokes every payment of the bundle not yet submitted"', async () => {
    const { payments, authorizationId, user } = await bank.approved([{}, { amountEUR: '0.10' }, {}]);
    const [, submitted] = payments;
    await bank.settledAfter(() => tpp.submit(user, submitted?.paymentId ?? ''));
    const path = `/authorizations/${authorizationId}`;
    const revoked = await bank.json<Authorization>(tpp.call({ method: 'DELETE', path, token }));
    assert.equal(revoked.status, 'PartiallyRevoked');
    const { payments: after } = await bank.read<{ payments: readonly SepaPayment[] }>(`${path}/payments`);
    assert.deepEqual(
      after.map(({ status }) => status),
      ['Revoked', 'Completed', 'Revoked'],
    );
    assertRefused(await tpp.call({ method: 'DELETE', path, token }), 409, 'BUSINESS', 'IllegalState ');
  });
});
