import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Authorization, SepaPayment, SepaPaymentRequest, Submission } from '@lupa/protocol';
import { SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { type ApprovedBundle, type ContractBank, openContractBank } from './support/contract-bank.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HELSINKI_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[23]:00$/;

/** Every field a request can have, but `message`, which excludes `reference`. */
const WHOLE: SepaPaymentRequest = {
  amountEUR: '12.30',
  payee: { iban: 'DE89370400440532013000', name: 'Erika', address: ['Heidestr. 17', '51147 Köln'], country: 'DE' },
  payer: { iban: 'FI9259995020084225' },
  reference: 'RF18539007547034',
  count: 3,
  paymentOrder: 'SEPA_INST',
  ultimatePayee: 'The last',
  originalPayer: 'The first',
};

describe('contract §5, SepaPayment, Submission and Authorization', () => {
  let bank: ContractBank;
  let tpp: TestTpp;
  let token: string;
  let approved: ApprovedBundle;

  before(async () => {
    bank = await openContractBank();
    ({ tpp, token } = bank);
    approved = await bank.approved([{ amountEUR: '0.10' }, { amountEUR: '0.20' }]);
  });
  after(() => bank.close());

  test('a SepaPayment has "every field of the request", as it was sent', async () => {
    const body = WHOLE;
    const payment = await bank.json<SepaPayment>(tpp.create(token, body), 201);
    for (const [name, value] of Object.entries(body)) assert.deepEqual(payment[name as keyof SepaPayment], value, name);
  });

  test('"count, paymentOrder filled in"', async () => {
    const { count, paymentOrder } = await tpp.created(token);
    assert.deepEqual({ count, paymentOrder }, { count: 1, paymentOrder: 'SEPA' });
  });

  test('"paymentId, authorizationId (UUIDs), status, paymentType, detailsOfCharges" and nothing else', async () => {
    const { paymentId, authorizationId, created, modified, ...rest } = await tpp.created(token);
    assert.match(paymentId, UUID);
    assert.match(authorizationId, UUID);
    assert.ok(created && modified);
    assert.deepEqual(rest, {
      ...SAMPLE,
      count: 1,
      paymentOrder: 'SEPA',
      status: 'Unauthorized',
      paymentType: 'SepaPayment',
      detailsOfCharges: 'SHA',
    });
  });

  test('"created, modified (ISO 8601 with milliseconds and the Europe/Helsinki offset)"', async () => {
    const began = Date.now();
    const { created, modified } = await tpp.created(token);
    for (const time of [created, modified]) {
      assert.match(time, HELSINKI_TIME);
      assert.ok(Date.parse(time) >= began - 1 && Date.parse(time) <= Date.now() + 1, time);
      const offset = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Helsinki', timeZoneName: 'longOffset' })
        .formatToParts(new Date(time))
        .find(({ type }) => type === 'timeZoneName')?.value;
      assert.equal(`GMT${time.slice(-6)}`, offset);
    }
  });

  test('modified changes with the payment, created does not', async () => {
    const { paymentId, created, modified } = await tpp.created(token);
    await tpp.call({ method: 'DELETE', path: `/sepa-payments/${paymentId}`, token });
    const after = await tpp.readPayment(token, paymentId);
    assert.equal(after.created, created);
    assert.ok(Date.parse(after.modified) > Date.parse(modified));
  });

  test('a Submission is "submissionId, archiveId (once booked), created, modified, status"', async () => {
    const { paymentId } = approved.payment;
    const accepted = await bank.json<Submission>(tpp.submit(approved.user, paymentId, 'one'));
    assert.equal(accepted.archiveId, undefined);
    assert.equal(await bank.settled(paymentId, 'one'), 'Submitted');
    const { created, modified, archiveId, ...rest } = await bank.read<Submission>(
      `/sepa-payments/${paymentId}/submissions/one`,
    );
    assert.deepEqual(rest, { submissionId: 'one', status: 'Submitted' });
    assert.ok(archiveId);
    for (const time of [created, modified]) assert.match(time, HELSINKI_TIME);
    assert.equal(created, accepted.created);
  });

  test('an Authorization is "authorizationId, created, modified, status"', async () => {
    const { authorizationId } = await tpp.created(token);
    const { created, modified, ...rest } = await tpp.readAuthorization(token, authorizationId);
    assert.deepEqual(rest, { authorizationId, status: 'Unauthorized' });
    for (const time of [created, modified]) assert.match(time, HELSINKI_TIME);
  });

  test('"authorized (when it was)"', async () => {
    const { authorized, created } = await bank.read<Authorization>(`/authorizations/${approved.authorizationId}`);
    assert.match(authorized ?? '', HELSINKI_TIME);
    assert.ok(Date.parse(authorized ?? '') > Date.parse(created));
  });

  test('"and the payments where asked for"', async () => {
    const path = `/authorizations/${approved.authorizationId}?include=payments`;
    const { sepaPayments } = await bank.read<Authorization>(path);
    assert.deepEqual(
      sepaPayments?.map(({ paymentId, amountEUR }) => ({ paymentId, amountEUR })),
      approved.payments.map(({ paymentId, amountEUR }) => ({ paymentId, amountEUR })),
    );
  });
});
