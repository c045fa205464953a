import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Authorization, ErrorBody, SepaPayment, Submission } from '@lupa/protocol';
import { Tpp, type TppError } from '@lupa/tpp';
import { type Answer, jsonOf } from './support/https-call.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';
import { assertRefused, type TestTpp } from './support/test-tpp.ts';

const DAY_MS = 86_400_000;

describe('sandbox scenarios over the wire', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let token: string;

  before(async () => {
    bank = await startTestSandbox();
    tpp = bank.tpp;
    token = await tpp.clientToken();
  });
  after(async () => {
    await bank.settledAfter(async () => undefined);
    const books = await bank.sandbox.bank.administration.trialBalance();
    assert.deepEqual([...new Set(Object.values(books))], [0]);
    await bank.close();
  });

  interface Named {
    readonly paymentId: string;
    readonly user: string;
    readonly id: string;
  }

  function call(method: 'PUT' | 'GET', { paymentId, user, id }: Named, scenario?: string): Promise<Answer> {
    const path = `/sepa-payments/${paymentId}/submissions/${id}`;
    const headers = { 'x-sandbox-scenario': scenario, ...(method === 'PUT' ? { 'content-length': '0' } : {}) };
    return tpp.call({ method, path, token: user, headers });
  }

  const put = (named: Named, scenario?: string) => call('PUT', named, scenario);
  const get = (named: Named, scenario?: string) => call('GET', named, scenario);

  async function statusOf(answer: Promise<Answer>): Promise<string> {
    const { status, bytes } = await answer;
    assert.equal(status, 200, bytes.toString());
    return (JSON.parse(bytes.toString()) as Submission).status;
  }

  const decide = (authorizationId: string, how: string, call: { token?: string; body?: string } = {}) =>
    tpp.call({ method: 'POST', path: `/authorizations/${authorizationId}/${how}`, token, ...call });

  /** A payment that the customer approved, and an id to submit it with. */
  async function approved(change: Partial<SepaPayment> = {}): Promise<Named & { authorizationId: string }> {
    const { paymentId, authorizationId } = await tpp.created(token, { amountEUR: '0.01', ...change });
    const { access_token: user } = await tpp.userTokens(authorizationId);
    return { paymentId, authorizationId, user, id: randomUUID() };
  }

  async function bookingsOf(paymentId: string): Promise<number> {
    return (await bank.store.query('SELECT 1 FROM bookings WHERE payment_id = $1', [paymentId])).length;
  }

  test('InsufficientFunds is a 422 recorded as Error, and the same id then goes through, once', async () => {
    const named = await approved();
    assertRefused(await put(named, 'InsufficientFunds'), 422, 'BUSINESS', 'InsufficientFunds ');
    assert.equal(await statusOf(get(named)), 'Error');
    const answers = await bank.settledAfter(() => Promise.all(Array.from({ length: 10 }, () => put(named))));
    for (const answer of answers) assert.equal(answer.status, 200);
    assert.equal(await statusOf(get(named)), 'Submitted');
    assert.equal(await bookingsOf(named.paymentId), 1);
  });

  test('PaymentSystemUnavailable is Pending, and the same id then goes through', async () => {
    const named = await approved();
    assert.equal(await statusOf(put(named, 'PaymentSystemUnavailable')), 'Pending');
    assert.equal(await statusOf(get(named)), 'Pending');
    assert.equal(await bookingsOf(named.paymentId), 0);
    await bank.settledAfter(() => put(named));
    assert.equal(await statusOf(get(named)), 'Submitted');
    assert.equal(await bookingsOf(named.paymentId), 1);
  });

  test('FutureSimulation on GET shows what time will make of it, and on PUT acts that much later', async () => {
    const named = await approved();
    await put(named, 'PaymentSystemUnavailable');
    const before = jsonOf<Submission>(await get(named));
    const tomorrow = jsonOf<Submission>(await bank.store.unchangedBy(() => get(named, 'FutureSimulation=P1D')));
    assert.equal(tomorrow.status, 'Rejected');
    assert.match(tomorrow.modified, /T00:00:00\.000\+0[23]:00$/);
    assert.deepEqual(jsonOf(await get(named)), before);
    assert.equal(await statusOf(get(named, 'FutureSimulation=PT0S')), 'Pending');
    assert.equal(await statusOf(put(named, 'FutureSimulation=P1D')), 'Rejected');
    assert.equal(await statusOf(put(named)), 'Rejected');
    assert.equal(await bookingsOf(named.paymentId), 0);
  });

  for (const scenario of [
    'PaymentFail',
    'PaymentFail=AccountClosed',
    'PaymentFail=InvalidPayee',
    'PaymentFail=LimitExceeded',
  ]) {
    test(`${scenario} is a 422 recorded as Rejected, and a 422 whenever the same id is put`, async () => {
      const named = await approved();
      const first = assertRefused(await put(named, scenario), 422, 'BUSINESS', 'PaymentFail ');
      const again = assertRefused(await put(named), 422, 'BUSINESS', 'PaymentFail ');
      assert.deepEqual(again.violations, first.violations);
      assert.equal(await statusOf(get(named)), 'Rejected');
      assert.equal(await bookingsOf(named.paymentId), 0);
    });
  }

  test('PaymentSubmitFailed is Accepted, foreseen Rejected, and later Rejected', async () => {
    const named = await approved();
    await bank.settledAfter(async () => {
      assert.equal(await statusOf(put(named, 'PaymentSubmitFailed')), 'Accepted');
      assert.equal(await statusOf(get(named)), 'Accepted');
      assert.equal(await statusOf(get(named, 'FutureSimulation=PT1M')), 'Rejected');
    });
    assert.equal(await statusOf(get(named)), 'Rejected');
    assert.equal(await statusOf(put(named)), 'Rejected');
    assert.equal(await bookingsOf(named.paymentId), 0);
  });

  test('PaymentSubmitSuccess is Accepted, foreseen Submitted, and later Submitted with an archive id', async () => {
    const named = await approved({ paymentOrder: 'SEPA_INST' });
    await bank.settledAfter(async () => {
      assert.equal(await statusOf(put(named, 'PaymentSubmitSuccess')), 'Accepted');
      assert.equal(await statusOf(get(named, 'FutureSimulation=PT1M')), 'Submitted');
    });
    const submitted = jsonOf<Submission>(await get(named));
    assert.equal(submitted.status, 'Submitted');
    assert.ok(submitted.archiveId);
    assert.equal(await bookingsOf(named.paymentId), 1);
  });

  test('an unknown scenario, a malformed duration and two scenarios at once are 400 on PUT and GET, and change nothing', async () => {
    const named = await approved();
    const wrong = [
      'Success',
      '',
      'FutureSimulation',
      'FutureSimulation=1D',
      'FutureSimulation=PT',
      'FutureSimulation=-P1D',
      'PaymentFail=Whatever',
      'InsufficientFunds=1',
      'SandboxAuthorized=1',
      'InsufficientFunds, PaymentFail',
    ];
    for (const scenario of wrong) {
      for (const method of ['PUT', 'GET'] as const) {
        const answer = await bank.store.unchangedBy(() => call(method, named, scenario));
        assertRefused(answer, 400, 'VALIDATION', 'InvalidValue x-sandbox-scenario');
      }
    }
  });

  test('sandbox-authorize and SandboxAuthorized make a payment without a customer', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const named = { paymentId, user: token, id: 'first' };
    assertRefused(await put(named), 403, 'SECURITY');
    for (const [wrong, status] of [
      ['SandboxAuthorized=1', 400],
      ['PaymentFail=1', 403],
    ] as const) {
      assert.equal((await put(named, wrong)).status, status, wrong);
    }
    const scenario = `SandboxAuthorized=${authorizationId}`;
    assertRefused(await bank.store.unchangedBy(() => put(named, scenario)), 409, 'BUSINESS', 'IllegalState ');
    for (let time = 0; time < 2; time += 1) {
      const answer = await decide(authorizationId, 'sandbox-authorize');
      assert.equal(answer.status, 200, answer.bytes.toString());
      const authorization = jsonOf<Authorization>(answer);
      assert.deepEqual([authorization.authorizationId, authorization.status], [authorizationId, 'Authorized']);
      assert.ok(authorization.authorized);
    }
    assertRefused(await decide(authorizationId, 'sandbox-reject'), 409, 'BUSINESS', 'IllegalState ');
    await bank.settledAfter(async () => assert.equal(await statusOf(put(named, scenario)), 'Accepted'));
    assert.equal(await statusOf(get(named, scenario)), 'Submitted');
    assert.equal((await tpp.readPayment(token, paymentId)).status, 'Completed');
    assert.equal(await bookingsOf(paymentId), 1);
  });

  test('SandboxAuthorized submits nothing that the customer approved, or that another authorization stands for', async () => {
    const customers = await approved();
    const mine = { ...customers, user: token };
    const own = await put(mine, `SandboxAuthorized=${customers.authorizationId}`);
    assertRefused(own, 409, 'BUSINESS', 'IllegalState ');
    const { authorizationId } = await tpp.created(token);
    await decide(authorizationId, 'sandbox-authorize');
    assertRefused(await put(mine, `SandboxAuthorized=${authorizationId}`), 409, 'BUSINESS', 'IllegalState ');
    assert.equal(await statusOf(put(customers)), 'Accepted');
  });

  test('sandbox-reject refuses the bundle for good', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const answer = await decide(authorizationId, 'sandbox-reject', { body: '{}' });
    assert.equal(jsonOf<Authorization>(answer).status, 'Rejected');
    assert.equal((await tpp.readPayment(token, paymentId)).status, 'Rejected');
    assertRefused(await decide(authorizationId, 'sandbox-authorize'), 409, 'BUSINESS', 'IllegalState ');
  });

  test('deciding takes the TPP’s own token, no body, and POST', async () => {
    const { authorizationId } = await tpp.created(token);
    const named = await approved();
    const path = `/authorizations/${authorizationId}/sandbox-authorize`;
    assertRefused(await decide(authorizationId, 'sandbox-authorize', { token: named.user }), 403, 'SECURITY');
    assertRefused(
      await decide(authorizationId, 'sandbox-authorize', { body: '{"a":1}' }),
      400,
      'VALIDATION',
      'UnrecognizedProperty ',
    );
    assertRefused(await decide(randomUUID(), 'sandbox-authorize'), 404, 'VALIDATION');
    assertRefused(await decide(authorizationId, 'sandbox-approve'), 404, 'VALIDATION');
    const read = await tpp.call({ path, token });
    assertRefused(read, 405, 'VALIDATION');
    assert.equal(read.headers.allow, 'POST');
    assert.equal((await tpp.readAuthorization(token, authorizationId)).status, 'Unauthorized');
  });

  test('the SDK plays scenarios and decides in the customer’s place', async () => {
    const { identity } = tpp;
    const sdk = await Tpp.discover({
      bank: bank.sandbox.authorize,
      clientId: identity.clientId,
      clientSecret: identity.clientSecret,
      apiKey: identity.apiKey,
      redirectUri: identity.redirectUri,
      tls: identity.tls,
      signing: {
        key: identity.signer.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
        kid: identity.signer.kid,
        alg: 'ES256',
      },
    });
    const payee = { iban: 'FI4950009420028730', name: 'Test Person' };
    const { paymentId, authorizationId } = await sdk.createPayment({ amountEUR: '0.01', payee, message: 'sdk' });
    assert.equal((await sdk.sandboxAuthorize(authorizationId)).status, 'Authorized');
    await assert.rejects(sdk.sandboxReject(authorizationId), (error: TppError) => error.code === 'ILLEGAL_STATE');
    const scenario = `SandboxAuthorized=${authorizationId}` as const;
    const { submissionId } = await sdk.submitPayment(paymentId, { scenario });
    assert.equal((await sdk.waitForStatus(paymentId, submissionId)).status, 'Submitted');
    const future = await sdk.readSubmission(paymentId, submissionId, { scenario: 'FutureSimulation=P1D' });
    assert.equal(future.status, 'Submitted');
    sdk.close();
  });

  test('what is Pending at midnight is Rejected, and what nobody authorised within a day is Revoked, by the worker too', async () => {
    const named = await approved();
    const { paymentId, authorizationId } = await tpp.created(token);
    await put(named, 'PaymentSystemUnavailable');
    bank.clock.aheadMs += DAY_MS + 1_000;
    token = await tpp.clientToken();
    assert.equal(await statusOf(get({ ...named, user: token })), 'Rejected');
    const sql = `SELECT s.status AS one, a.status AS other FROM submissions s, authorizations a WHERE s.submission_id = $1 AND a.authorization_id = $2`;
    let row: { one: string; other: string } | undefined;
    for (let tries = 0; tries < 150 && (row?.one !== 'Rejected' || row.other !== 'Revoked'); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      [row] = await bank.store.query<{ one: string; other: string }>(sql, [named.id, authorizationId]);
    }
    assert.deepEqual(row, { one: 'Rejected', other: 'Revoked' });
    assert.equal((await tpp.readPayment(token, paymentId)).status, 'Revoked');
    const refused: ErrorBody = assertRefused(
      await decide(authorizationId, 'sandbox-authorize'),
      409,
      'BUSINESS',
      'IllegalState ',
    );
    assert.match(refused.message, /Revoked/);
    const callback = await fetch(tpp.authorizationUrl(authorizationId), { redirect: 'manual' });
    assert.match(callback.headers.get('location') ?? '', /error=invalid_request/);
  });
});
