import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { playCustomer } from '@lupa/sandbox';
import {
  type ExemptionOutcome,
  HttpFailure,
  type HttpSend,
  type SepaPaymentRequest,
  Tpp,
  TppError,
  type UserTokens,
} from '@lupa/tpp';
import { readClientSettings } from '../../packages/sandbox/src/demo-tpp/client-settings.ts';
import { openNodeHttp } from '../../packages/tpp/src/wire/node-http.ts';
import { AINO_SAVINGS, payment, VILLE } from './support/exempt-tpp.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';

describe('the SDK in the exemption flow (contract §9), against the real bank', () => {
  let bank: TestSandbox;
  let tpp: Tpp;
  /** Which answers get lost: the request reaches the bank, and its answer nobody. */
  let losesAnswerOf: (method: string, url: string, body: string) => boolean = () => false;

  before(async () => {
    bank = await startTestSandbox();
    const { authorize, tpp: demo } = bank.sandbox;
    const settings = await readClientSettings(bank.sandbox, demo.redirectUris[0] ?? '');
    const real = openNodeHttp({ cert: settings.tls.cert, key: String(settings.tls.key), ca: settings.tls.ca });
    const http: HttpSend = async (request) => {
      const answer = await real.send(request);
      if (losesAnswerOf(request.method, request.url, Buffer.from(request.body ?? []).toString())) {
        throw new HttpFailure('lost', { isSent: true });
      }
      return answer;
    };
    tpp = await Tpp.discover({ ...settings, bank: authorize, http });
  });

  after(async () => {
    tpp?.close();
    await bank?.close();
  });

  /** The customer approves at the bank, which starts the count anew. */
  async function approve(url: string, pending: Parameters<Tpp['handleCallback']>[1]): Promise<UserTokens> {
    const who = { username: 'aino', password: 'aino-salasana' };
    const callback = await playCustomer({ authorizationUrl: url, ...who });
    return tpp.exchangeCode(await tpp.handleCallback(callback, pending));
  }

  async function earlierApproval(): Promise<UserTokens> {
    const { authorizationId } = await tpp.createPayment(payment('1.00'));
    const { url, pending } = tpp.authorizationUrl({ authorizationId });
    return approve(url, pending);
  }

  async function pay(amountEUR: string, tokens: UserTokens, accounts = {}): Promise<ExemptionOutcome> {
    return tpp.payWithExemption(payment(amountEUR, accounts), { tokens });
  }

  /** How often an account was debited by this amount. */
  async function debits(request: SepaPaymentRequest): Promise<number> {
    const rows = await bank.store.query(
      `SELECT 1 FROM submissions s JOIN payments p ON p.payment_id = s.payment_id
       WHERE p.request->>'message' = $1 AND s.status IN ('Accepted', 'Submitted', 'Credited')`,
      [request.message],
    );
    return rows.length;
  }

  /** A payment that no other test makes. */
  function unique(amountEUR = '5.00'): SepaPaymentRequest {
    return { ...payment(amountEUR), message: `once ${randomUUID()}` };
  }

  test('29.99 is paid without the customer, and booked; its tokens pay the next one', async () => {
    const outcome = await pay('29.99', await earlierApproval());
    assert.equal(outcome.kind, 'submitted');
    const { paymentId } = outcome.payment;
    assert.equal(outcome.kind === 'submitted' && outcome.submission.status, 'Accepted');
    const id = outcome.kind === 'submitted' ? outcome.submission.submissionId : '';
    assert.equal((await tpp.waitForStatus(paymentId, id, { timeoutMs: 20_000 })).status, 'Submitted');
    assert.equal((await pay('1.00', outcome.tokens)).kind, 'submitted');
  });

  test('30.00 is for the customer to approve, who does: paid once, with the exemption’s payment revoked', async () => {
    const request = unique('30.00');
    const outcome = await tpp.payWithExemption(request, { tokens: await earlierApproval() });
    assert.ok(outcome.kind === 'authorization-needed');
    assert.equal(outcome.reason.refusal, 'amount');
    const tokens = await approve(outcome.url, outcome.pending);
    await tpp.submitPayment(outcome.payment.paymentId, { tokens });
    assert.equal(await debits(request), 1);
    const statuses = await bank.store.query<{ status: string }>(
      `SELECT status FROM payments WHERE request->>'message' = $1 ORDER BY created`,
      [request.message],
    );
    assert.deepEqual(
      statuses.map(({ status }) => status),
      ['Revoked', 'Completed'],
    );
  });

  test('the fifth is granted and the sixth is not, until the customer has approved again', async () => {
    let tokens = await earlierApproval();
    for (let count = 1; count <= 5; count += 1) {
      const outcome = await pay('1.00', tokens);
      assert.equal(outcome.kind, 'submitted', `number ${count}`);
      tokens = outcome.tokens;
    }
    const sixth = await pay('1.00', tokens);
    assert.ok(sixth.kind === 'authorization-needed');
    assert.equal(sixth.reason.refusal, 'count');
    const anew = await approve(sixth.url, sixth.pending);
    assert.equal((await pay('1.00', anew)).kind, 'submitted');
  });

  test('any amount goes to the customer’s other account, and none from somebody else’s', async () => {
    const own = await pay('250.00', await earlierApproval(), { payee: AINO_SAVINGS });
    assert.equal(own.kind, 'submitted');
    const foreign = await pay('1.00', own.tokens, { payer: VILLE });
    assert.ok(foreign.kind === 'authorization-needed');
    assert.match(foreign.reason.description, /payer\.iban is not an account of the customer/);
    const { payer: _, ...unnamed } = unique();
    const open = await tpp.payWithExemption(unnamed, { tokens: foreign.tokens });
    assert.ok(open.kind === 'authorization-needed');
    assert.match(open.reason.description, /payer\.iban is required/);
  });

  test('revoked tokens are told from good ones, and superseded ones too', async () => {
    const tokens = await earlierApproval();
    assert.equal((await pay('1.00', tokens)).kind, 'submitted');
    const superseded = await pay('1.00', tokens);
    assert.ok(superseded.kind === 'authorization-needed');
    assert.equal(superseded.reason.error?.oauthError, 'invalid_grant');
    const fresh = await earlierApproval();
    await tpp.revokeTokens(fresh);
    assert.equal((await pay('1.00', fresh)).kind, 'authorization-needed');
  });

  test('after a narrowed refresh the tokens still renew in full, with an ID token', async () => {
    const { tokens } = await pay('1.00', await earlierApproval());
    assert.equal(tokens.scope, 'payments');
    assert.equal((await tpp.refresh(tokens)).scope, 'openid payments');
  });

  const answers = {
    refresh: (_method: string, url: string, body: string) =>
      url.endsWith('/oauth/token') && body.includes('refresh_token'),
    creation: (method: string, url: string) => method === 'POST' && url.endsWith('/sepa-payments'),
    grant: (_method: string, url: string, body: string) => url.endsWith('/oauth/token') && body.includes('jwt-bearer'),
    submission: (method: string) => method === 'PUT',
    revocation: (method: string) => method === 'DELETE',
  } as const;

  for (const [what, isOf] of Object.entries(answers)) {
    for (const [amountEUR, how] of [
      ['5.00', 'granted'],
      ['30.00', 'refused'],
    ] as const) {
      test(`one lost answer to the ${what} of a payment to be ${how} costs nobody twice`, async () => {
        const request = unique(amountEUR);
        const tokens = await earlierApproval();
        let losses = 1;
        losesAnswerOf = (...call) => isOf(...call) && losses-- > 0;
        const outcome = await tpp.payWithExemption(request, { tokens });
        losesAnswerOf = () => false;
        if (outcome.kind === 'authorization-needed') {
          const customer = await approve(outcome.url, outcome.pending);
          await tpp.submitPayment(outcome.payment.paymentId, { tokens: customer });
        }
        assert.equal(outcome.kind === 'submitted', how === 'granted' && what !== 'grant');
        assert.equal(await debits(request), 1);
      });
    }
  }

  test('when no answer to the submission comes at all, calling again with retryWith finds it made', async () => {
    const request = unique();
    let kept = { tokens: await earlierApproval() };
    const keep = (progress: typeof kept) => {
      kept = progress;
    };
    losesAnswerOf = answers.submission;
    const error = await tpp.payWithExemption(request, { ...kept, keep }).catch((thrown: unknown) => thrown);
    losesAnswerOf = () => false;
    assert.ok(error instanceof TppError && error.outcomeUnknown);
    const outcome = await tpp.payWithExemption(request, { ...error.retryWith, ...kept, keep });
    assert.equal(outcome.kind, 'submitted');
    assert.equal(await debits(request), 1);
  });
});
