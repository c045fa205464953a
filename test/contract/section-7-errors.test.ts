import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ErrorBody, type SepaPayment, VIOLATION_TYPES, type Violation } from '@lupa/protocol';
import { jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, type Call, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { registerAnotherTpp } from '../flow/support/tpp-identity.ts';
import { type ApprovedBundle, type ContractBank, ELSA, ELSAS_IBAN, openContractBank } from './support/contract-bank.ts';

let bank: ContractBank;
let tpp: TestTpp;
let token: string;
let approved: ApprovedBundle;
before(async () => {
  bank = await openContractBank();
  ({ tpp, token } = bank);
  approved = await bank.approved([{ amountEUR: '0.10' }, { amountEUR: '0.10' }, {}]);
});
after(() => bank.close());

const call = (change: Partial<Call> = {}) =>
  tpp.call({ path: `/payments/${approved.payment.paymentId}`, token, ...change });
const create = (change: object, headers?: Call['headers']) => tpp.create(token, { ...SAMPLE, ...change }, headers);

describe('contract §7, the error body', () => {
  test('it is "type, message, id, violations", and nothing else', async () => {
    const body = jsonOf<ErrorBody>(await create({ payee: { ...SAMPLE.payee, iban: 'FI4950009420028731' } }));
    assert.deepEqual(Object.keys(body), ['type', 'message', 'id', 'violations']);
    assert.equal(body.message, body.violations[0]?.message);
    const [{ type, path, message }] = body.violations as [Violation];
    assert.deepEqual([type, path], ['SepaIban', 'payee.iban']);
    assert.equal(message, 'payee.iban is not a valid IBAN of a SEPA country');
  });

  test('"type is SECURITY, VALIDATION, TECHNICAL or BUSINESS"', async () => {
    assertRefused(await call({ token: 'unknown' }), 401, 'SECURITY');
    assertRefused(await call({ path: '/nowhere' }), 404, 'VALIDATION');
    assertRefused(await tpp.submit(token, approved.payment.paymentId), 403, 'SECURITY');
    assertRefused(await create({ authorizationId: approved.authorizationId }), 409, 'BUSINESS', 'IllegalState ');
  });

  test('"id is the request id", that of the answer\'s x-request-id, another one each time', async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(async () => {
        const answer = await call({ path: '/nowhere' });
        assert.equal(jsonOf<ErrorBody>(answer).id, answer.headers['x-request-id']);
        return jsonOf<ErrorBody>(answer).id;
      }),
    );
    assert.equal(new Set(ids).size, 3);
  });

  test('"violations is always an array"', async () => {
    for (const answer of [
      await call({ token: 'unknown' }),
      await call({ path: '/nowhere' }),
      await create({ count: 0 }),
    ]) {
      assert.ok(Array.isArray(jsonOf<ErrorBody>(answer).violations));
    }
  });

  test('"All violations of a body come at once, in the order of its fields"', async () => {
    const body = { paymentOrder: 'x', count: 0, message: '', payer: { iban: 'x' }, payee: { name: '' }, amountEUR: 4 };
    assertRefused(
      await tpp.create(token, { unknown: 1, ...body }),
      400,
      'VALIDATION',
      ...['TypeMismatch amountEUR', 'Required payee.iban', 'Size payee.name', 'FinnishIban payer.iban', 'Size message'],
      ...['Min count', 'PaymentOrder paymentOrder', 'UnrecognizedProperty unknown'],
    );
  });

  test('"Max/Min add value, inclusive; Size adds min, max"', async () => {
    const violationOf = async (change: object) => {
      const { message: _words, ...rest } = jsonOf<ErrorBody>(await create(change)).violations[0] ?? assert.fail();
      return rest;
    };
    assert.deepEqual(await violationOf({ count: 1001 }), { type: 'Max', path: 'count', value: 1000, inclusive: true });
    assert.deepEqual(await violationOf({ amountEUR: '0' }), {
      type: 'Min',
      path: 'amountEUR',
      value: 0,
      inclusive: false,
    });
    assert.deepEqual(await violationOf({ message: '' }), { type: 'Size', path: 'message', min: 1, max: 140 });
  });
});

/** The violation types that a SEPA payment can break by its fields alone. */
const FIELDS: Readonly<Record<string, readonly [change: object, path: string]>> = {
  EuroCents: [{ amountEUR: '4.0' }, 'amountEUR'],
  FinnishIban: [{ payer: { iban: 'DE89370400440532013000' } }, 'payer.iban'],
  InvalidValue: [{ message: 'two\nlines' }, 'message'],
  Max: [{ count: 1001 }, 'count'],
  Min: [{ count: 0 }, 'count'],
  MessageOrReference: [{ message: undefined }, 'message'],
  PaymentOrder: [{ paymentOrder: 'HIGH' }, 'paymentOrder'],
  Required: [{ amountEUR: undefined }, 'amountEUR'],
  SepaAddress: [{ payee: { iban: 'DE89370400440532013000', name: 'E', country: 'DE' } }, 'payee.address'],
  SepaIban: [{ payee: { iban: 'x', name: 'E' } }, 'payee.iban'],
  Size: [{ message: '' }, 'message'],
  TypeMismatch: [{ amountEUR: 4 }, 'amountEUR'],
  UnrecognizedProperty: [{ urgent: true }, 'urgent'],
  CountryCode: [{ payee: { ...SAMPLE.payee, country: 'XX' } }, 'payee.country'],
  FinnishReference: [{ message: undefined, reference: '1231' }, 'reference'],
};

describe('contract §7, "Violation types, each used where it fits"', () => {
  for (const [type, [change, path]] of Object.entries(FIELDS)) {
    test(`${type} at ${path}`, async () => {
      assert.ok((VIOLATION_TYPES as readonly string[]).includes(type));
      assertRefused(await create(change), 400, 'VALIDATION', `${type} ${path}`);
    });
  }

  test('IllegalState', async () => {
    assertRefused(await create({ authorizationId: approved.authorizationId }), 409, 'BUSINESS', 'IllegalState ');
  });

  test('DuplicatePayment', async () => {
    const key = { 'x-idempotency-key': randomUUID() };
    await create({}, key);
    assertRefused(await create({ amountEUR: '4.01' }, key), 409, 'BUSINESS', 'DuplicatePayment ');
  });

  test('InsufficientFunds and PaymentFail', async () => {
    const [first, second] = approved.payments.map(({ paymentId }) => paymentId);
    const put = (paymentId: string | undefined, scenario: string) =>
      tpp.call({
        method: 'PUT',
        path: `/sepa-payments/${paymentId}/submissions/1`,
        token: approved.user,
        headers: { 'x-sandbox-scenario': scenario },
      });
    assertRefused(await put(first, 'InsufficientFunds'), 422, 'BUSINESS', 'InsufficientFunds ');
    assertRefused(await put(second, 'PaymentFail'), 422, 'BUSINESS', 'PaymentFail ');
  });
});

describe('contract §7, HTTP statuses', () => {
  test('"400 VALIDATION: body not JSON, duplicate keys, a field wrong or unknown, a header malformed"', async () => {
    const text = JSON.stringify(SAMPLE);
    for (const body of ['{', '', text.replace('{', '{"message":"twice",')]) {
      assertRefused(await tpp.create(token, body), 400, 'VALIDATION');
    }
    assertRefused(await create({ amountEUR: 'x' }), 400, 'VALIDATION', 'EuroCents amountEUR');
    assertRefused(await create({ x: 1 }), 400, 'VALIDATION', 'UnrecognizedProperty x');
    const malformed = { 'x-fapi-interaction-id': 'x' };
    assertRefused(await call({ headers: malformed }), 400, 'VALIDATION', 'InvalidValue x-fapi-interaction-id');
  });

  test('"400 SECURITY: signature missing, malformed or wrong"', async () => {
    const wrong = String((await create({})).headers['x-jws-signature']);
    for (const signature of [undefined, 'x', wrong]) {
      assertRefused(await create({}, { 'x-jws-signature': signature }), 400, 'SECURITY');
    }
  });

  const assertUnauthorized = async (change: Partial<Call>) => {
    const answer = await call(change);
    assertRefused(answer, 401, 'SECURITY');
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer error="/);
  };

  test('"401 SECURITY: no token, unknown … token …; WWW-Authenticate: Bearer error=…"', async () => {
    const { token: _none, ...rest } = { token, path: `/payments/${approved.payment.paymentId}` };
    const answer = await tpp.call(rest);
    assertRefused(answer, 401, 'SECURITY');
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer error="/);
    await assertUnauthorized({ token: 'unknown' });
  });

  test('"401 SECURITY: … expired or revoked token"', async () => {
    const revoked = await tpp.clientToken();
    await tpp.form({ token: revoked }, '/oauth/revoke');
    await assertUnauthorized({ token: revoked });
    const expiring = await tpp.clientToken();
    bank.clock.aheadMs = 86_399_000;
    await assertUnauthorized({ token: expiring });
    bank.clock.aheadMs = 0;
    token = await tpp.clientToken();
  });

  test('"401 SECURITY: … token of another certificate, unknown API key"', async () => {
    const another = await registerAnotherTpp(bank.sandbox);
    const impostor = await bank.tppOf({ ...tpp.identity, tls: another.tls });
    const path = `/payments/${approved.payment.paymentId}`;
    assertRefused(await impostor.call({ path, token }), 401, 'SECURITY');
    await assertUnauthorized({ headers: { 'x-api-key': 'unknown' } });
  });

  test('"403 SECURITY: right token, wrong kind for this call; API key of another client; role PIS missing"', async () => {
    assertRefused(await tpp.submit(token, approved.payment.paymentId), 403, 'SECURITY');
    assertRefused(await tpp.create(approved.user), 403, 'SECURITY');
    const another = await registerAnotherTpp(bank.sandbox);
    assertRefused(await call({ headers: { 'x-api-key': another.apiKey } }), 403, 'SECURITY');
    const roleless = await bank.tppOf(await registerAnotherTpp(bank.sandbox, { roles: ['AIS'] }));
    assertRefused(await roleless.create(await roleless.clientToken()), 403, 'SECURITY');
  });

  test('"404 VALIDATION: no such thing, or not yours: the two are indistinguishable"', async () => {
    const another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    const its = await another.clientToken();
    const answers = [approved.payment.paymentId, randomUUID()].map(async (id) => {
      const answer = await another.call({ path: `/payments/${id}`, token: its });
      const { id: requestId, ...body } = assertRefused(answer, 404, 'VALIDATION');
      assert.ok(requestId);
      return body;
    });
    const [notYours, noSuchThing] = await Promise.all(answers);
    assert.deepEqual(notYours, noSuchThing);
  });

  test('"405, 406, 413 (body over 64 KiB), 415, 431 VALIDATION: as HTTP has it"', async () => {
    assertRefused(await call({ method: 'PATCH' }), 405, 'VALIDATION');
    assertRefused(await call({ headers: { accept: 'text/html' } }), 406, 'VALIDATION');
    const padded = (length: number) => Buffer.from(JSON.stringify(SAMPLE).padEnd(length));
    assertRefused(await tpp.create(token, padded(65_537)), 413, 'VALIDATION');
    assert.equal((await tpp.create(token, padded(65_536))).status, 201);
    assertRefused(await create({}, { 'content-encoding': 'gzip' }), 415, 'VALIDATION');
    assertRefused(await call({ headers: { 'x-session-id': 'x'.repeat(20_000) } }), 431, 'VALIDATION');
  });

  test('"422 BUSINESS … the submission is recorded as Error or Rejected and can be read"', async () => {
    const { payment, user } = await bank.approved([{ amountEUR: '15.01', payer: { iban: ELSAS_IBAN } }], ELSA);
    assertRefused(await tpp.submit(user, payment.paymentId, 'poor'), 422, 'BUSINESS', 'InsufficientFunds ');
    assert.equal(await bank.settled(payment.paymentId, 'poor', user), 'Error');
  });
});

describe('contract §7, "Idempotency"', () => {
  const key = () => ({ 'x-idempotency-key': randomUUID() });

  test('"an identical body, while the payment is still in its initial state, gives the original answer again with idempotent-replayed: true"', async () => {
    const headers = key();
    const first = await create({}, headers);
    assert.equal(first.headers['idempotent-replayed'], undefined);
    const again = await bank.store.unchangedBy(() => create({}, headers));
    assert.deepEqual([again.status, again.bytes.toString()], [first.status, first.bytes.toString()]);
    assert.equal(again.headers['idempotent-replayed'], 'true');
  });

  test('"anything else is 409 DuplicatePayment": another body', async () => {
    const headers = key();
    await create({}, headers);
    assertRefused(await create({ message: 'other' }, headers), 409, 'BUSINESS', 'DuplicatePayment ');
  });

  test('"anything else is 409 DuplicatePayment": the payment no longer in its initial state', async () => {
    const headers = key();
    const { paymentId } = jsonOf<SepaPayment>(await create({}, headers));
    await tpp.call({ method: 'DELETE', path: `/sepa-payments/${paymentId}`, token });
    assertRefused(await create({}, headers), 409, 'BUSINESS', 'DuplicatePayment ');
  });

  test('"The same key from the same client": another client\'s is another key', async () => {
    const headers = key();
    const another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    const [mine, its] = [await create({}, headers), await another.create(await another.clientToken(), SAMPLE, headers)];
    assert.deepEqual([mine.status, its.status], [201, 201]);
    assert.notEqual(jsonOf<SepaPayment>(mine).paymentId, jsonOf<SepaPayment>(its).paymentId);
  });

  test('"However many arrive at once, one payment exists"', async () => {
    const headers = key();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create({}, headers)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map((answer) => jsonOf<SepaPayment>(answer).paymentId)).size, 1);
    assert.equal(answers.filter((answer) => answer.headers['idempotent-replayed'] === 'true').length, 19);
  });
});
