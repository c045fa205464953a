import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { EXEMPTION_REFUSALS, type ExemptionRefusal } from '@lupa/protocol';
import {
  type ExemptionOptions,
  type ExemptionOutcome,
  type ExemptionProgress,
  restoreTokens,
  revealTokens,
  type Tpp,
  TppError,
} from '../src/index.ts';
import { ExemptionBank, type Fate, refusedExemption, type Step } from './support/exemption-bank.ts';
import { refused } from './support/refused.ts';
import { REQUEST, SUBMISSION } from './support/samples.ts';
import { CLIENT, json, TestBank } from './support/test-bank.ts';

let wire: TestBank;
let bank: ExemptionBank;
before(async () => {
  wire = await TestBank.open();
});
after(() => wire.close());
beforeEach(() => {
  wire.reset();
  bank = new ExemptionBank(wire);
});

const KEY = { idempotencyKey: 'order-7', submissionId: 'order-7-1' };

function submitted(outcome: ExemptionOutcome): asserts outcome is ExemptionOutcome & { kind: 'submitted' } {
  assert.equal(outcome.kind, 'submitted', outcome.kind === 'submitted' ? '' : outcome.reason.description);
}

function needed(outcome: ExemptionOutcome): asserts outcome is ExemptionOutcome & { kind: 'authorization-needed' } {
  assert.equal(outcome.kind, 'authorization-needed');
}

/** Calls, and after a failure calls again as the error and `keep` say, until the call returns. */
async function persist(tpp: Tpp, calls = 8): Promise<{ outcome: ExemptionOutcome; failures: TppError[] }> {
  const failures: TppError[] = [];
  let kept: ExemptionProgress = { tokens: bank.tokens };
  for (;;) {
    const keep = (progress: ExemptionProgress) => {
      kept = progress;
    };
    const options: ExemptionOptions = { ...KEY, ...failures.at(-1)?.retryWith, ...kept, keep };
    try {
      return { outcome: await tpp.payWithExemption(REQUEST, options), failures };
    } catch (error) {
      if (!(error instanceof TppError) || failures.length >= calls) throw error;
      failures.push(error);
    }
  }
}

test('a payment is made in four calls, without the customer', async () => {
  const outcome = await wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
  submitted(outcome);
  assert.deepEqual(bank.steps, ['refresh', 'create', 'grant', 'submit']);
  assert.equal(outcome.submission.submissionId, 'order-7-1');
  assert.equal(outcome.submission.status, 'Accepted');
  assert.equal(outcome.payment.amountEUR, REQUEST.amountEUR);
  assert.equal(bank.payable.length, 1);
});

test('each call carries what the contract asks for', async () => {
  const customer = { ipAddress: '192.0.2.7', lastLogged: new Date('2017-09-10T19:43:31Z') };
  await wire.tpp().payWithExemption(REQUEST, { ...KEY, customer, tokens: bank.tokens });
  const [refresh, grant] = wire.requestsTo('/oauth/token').map(({ form }) => Object.fromEntries(form));
  const client = { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret };
  assert.deepEqual(refresh, {
    ...client,
    grant_type: 'refresh_token',
    refresh_token: 'refresh-token-0',
    scope: 'payments',
  });
  assert.deepEqual(
    { ...grant, assertion: undefined },
    {
      ...client,
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: undefined,
      response_type: 'token',
      scope: 'payments',
    },
  );
  const [create, submit] = wire.requestsTo('/sepa-payments');
  assert.equal(create?.headers.authorization, 'Bearer customer-token-1');
  assert.ok(create.headers['x-jws-signature']);
  assert.equal(create.headers['x-fapi-customer-ip-address'], '192.0.2.7');
  assert.equal(create.headers['x-fapi-customer-last-logged-time'], 'Sun, 10 Sep 2017 19:43:31 GMT');
  assert.equal(submit?.headers.authorization, 'Bearer exemption-token-3');
  const [assertion] = bank.assertions;
  const authorizationId = { value: bank.payments[0]?.authorizationId, essential: true };
  assert.deepEqual(Object(assertion).claims, {
    id_token: { acr: { values: ['urn:openbanking:psd2:ca'], essential: true }, authorizationId },
    userinfo: { authorizationId },
  });
  assert.equal(assertion?.aud, wire.api);
  assert.equal(Object(assertion).redirect_uri, undefined);
});

test('the renewed tokens replace the old ones, and are kept before they are used', async () => {
  const kept: [progress: ExemptionProgress, steps: Step[]][] = [];
  const keep = async (progress: ExemptionProgress) => kept.push([progress, [...bank.steps]]);
  const { tokens, payment } = await wire.tpp().payWithExemption(REQUEST, { ...KEY, keep, tokens: bank.tokens });
  assert.equal(tokens.refreshToken?.reveal(), 'refresh-token-1');
  assert.equal(tokens.scope, 'payments');
  assert.deepEqual(
    kept.map(([, steps]) => steps),
    [['refresh'], ['refresh', 'create']],
  );
  assert.deepEqual(
    kept.map(([{ paymentId }]) => paymentId),
    [undefined, payment.paymentId],
  );
  const again = restoreTokens(revealTokens(tokens));
  submitted(await wire.tpp().payWithExemption(REQUEST, { tokens: again }));
});

test('what keep throws ends the call before anything is paid', async () => {
  const keep = ({ paymentId }: ExemptionProgress) => {
    if (paymentId !== undefined) throw new Error('the database is down');
  };
  await assert.rejects(wire.tpp().payWithExemption(REQUEST, { ...KEY, keep, tokens: bank.tokens }), /database is down/);
  assert.deepEqual(bank.steps, ['refresh', 'create']);
});

test('a bank that sends an ID token with the narrowed tokens has to send a right one', async () => {
  bank.refuses.refresh = () =>
    json(200, {
      access_token: 'customer-token-1',
      id_token: 'e30.e30.AAAA',
      token_type: 'bearer',
      scope: 'payments',
      expires_in: 3600,
    });
  await refused(wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens }), 'ID_TOKEN_MALFORMED');
  assert.deepEqual(bank.steps, ['refresh']);
});

for (const why of Object.keys(EXEMPTION_REFUSALS) as ExemptionRefusal[]) {
  test(`an exemption refused for ${why} becomes the default flow, with the reason`, async () => {
    bank.refuses.grant = () => refusedExemption(why);
    const outcome = await wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
    needed(outcome);
    assert.equal(outcome.reason.refusal, why);
    assert.equal(outcome.reason.description, EXEMPTION_REFUSALS[why]);
    assert.equal(outcome.reason.error?.oauthError, 'invalid_grant');
    assert.deepEqual(bank.steps, ['refresh', 'create', 'grant', 'delete', 'create-default']);
    const [ofExemption, ofDefaultFlow] = bank.payments;
    assert.equal(ofExemption?.status, 'Revoked', 'it must not be payable any more');
    assert.equal(outcome.payment.paymentId, ofDefaultFlow?.paymentId);
    assert.equal(outcome.pending.authorizationId, ofDefaultFlow?.authorizationId);
    assert.ok(outcome.url.startsWith(`${wire.issuer}/oauth/authorize?request=`));
    assert.equal(outcome.tokens.refreshToken?.reveal(), 'refresh-token-1');
  });
}

test('an expired refresh token is the default flow at once, with nothing to revoke', async () => {
  bank.refuses.refresh = () =>
    json(400, { error: 'invalid_grant', error_description: 'The refresh token has expired.' });
  const outcome = await wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
  needed(outcome);
  assert.equal(outcome.reason.description, 'The refresh token has expired.');
  assert.equal(outcome.reason.refusal, undefined);
  assert.deepEqual(bank.steps, ['refresh', 'create-default']);
});

test('a payment the bank does not create for an exemption is created for the default flow, which may refuse it too', async () => {
  const message = 'payer.iban is not an account of the customer the access token stands for';
  const violations = [{ type: 'InvalidValue', path: 'payer.iban', message }];
  const refusal = () => wire.signed(400, { type: 'VALIDATION', message, id: 'r', violations });
  bank.refuses.create = refusal;
  const outcome = await wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
  needed(outcome);
  assert.equal(outcome.reason.description, message);
  bank.refuses['create-default'] = refusal;
  const tokens = outcome.tokens;
  await refused(wire.tpp().payWithExemption(REQUEST, { idempotencyKey: 'order-8', tokens }), 'REQUEST_INVALID');
});

test('without money on the account the customer may choose another one, in the default flow', async () => {
  const violations = [{ type: 'InsufficientFunds', path: '', message: 'not enough money' }];
  bank.refuses.submit = () => wire.signed(422, { type: 'BUSINESS', message: 'no', id: 'r', violations });
  const outcome = await wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
  needed(outcome);
  assert.equal(outcome.reason.description, 'not enough money');
  assert.equal(bank.payments[0]?.status, 'Revoked');
  assert.equal(bank.payable.length, 1);
});

test('a payment refused for good is not tried in another way', async () => {
  const violations = [{ type: 'PaymentFail', path: '', message: 'the account is closed' }];
  bank.refuses.submit = () => wire.signed(422, { type: 'BUSINESS', message: 'no', id: 'r', violations });
  const error = await refused(wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens }), 'PAYMENT_FAIL');
  assert.equal(error.outcomeUnknown, false);
  assert.equal(error.retryWith?.paymentId, bank.payments[0]?.paymentId);
  assert.equal(bank.payments.length, 1);
});

test('a client that is not believed gets no default flow either', async () => {
  bank.refuses.refresh = () => json(401, { error: 'invalid_client' });
  await refused(wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens }), 'TOKEN_REFUSED');
  assert.equal(bank.payments.length, 0);
});

test('tokens without a refresh token, and ids that are none, are refused before anything is sent', async () => {
  const { refreshToken: _, ...tokens } = bank.tokens;
  const pay = (options: Partial<ExemptionOptions>) =>
    wire.tpp().payWithExemption(REQUEST, { tokens: bank.tokens, ...options });
  await refused(pay({ tokens }), 'ARGUMENT_INVALID');
  await refused(pay({ submissionId: 'a b' }), 'ARGUMENT_INVALID');
  await refused(pay({ idempotencyKey: 'a b' }), 'ARGUMENT_INVALID');
  await refused(pay({ paymentId: '../x' }), 'ARGUMENT_INVALID');
  assert.equal(bank.steps.length, 0);
});

test('a key whose payment has moved on makes no second one', async () => {
  const tpp = wire.tpp();
  const { tokens } = await tpp.payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
  await refused(tpp.payWithExemption(REQUEST, { ...KEY, tokens }), 'DUPLICATE_PAYMENT');
  assert.equal(bank.payments.length, 1);
});

test('the payment of an earlier call is looked at first, even when its tokens are dead', async () => {
  const tpp = wire.tpp();
  const { payment } = await tpp.payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
  const { paymentId } = payment;
  const outcome = await tpp.payWithExemption(REQUEST, { ...KEY, paymentId, tokens: bank.tokens });
  submitted(outcome);
  assert.equal(outcome.submission.submissionId, KEY.submissionId);
  assert.equal(bank.steps.at(-1), 'read');
  assert.equal(bank.payments.length, 1);
  const other = { ...REQUEST, amountEUR: '5.00' };
  await refused(tpp.payWithExemption(other, { ...KEY, paymentId, tokens: bank.tokens }), 'ANSWER_MISMATCH');
});

test('a submission that is Pending becomes the default flow’s when the call is made again', async () => {
  bank.refuses.submit = () => wire.signed(200, { ...SUBMISSION, submissionId: KEY.submissionId, status: 'Pending' });
  const tpp = wire.tpp();
  const pending = await tpp.payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
  submitted(pending);
  assert.equal(pending.submission.status, 'Pending');
  const { payment, tokens } = pending;
  needed(await tpp.payWithExemption(REQUEST, { ...KEY, tokens, paymentId: payment.paymentId }));
  assert.equal(bank.payable.length, 1);
});

test('the same call twice at once is one call; another payment under its key is refused', async () => {
  const tpp = wire.tpp();
  const options = { ...KEY, tokens: bank.tokens };
  const [one, two] = [tpp.payWithExemption(REQUEST, options), tpp.payWithExemption(REQUEST, options)];
  await refused(tpp.payWithExemption({ ...REQUEST, amountEUR: '5.00' }, options), 'ARGUMENT_INVALID');
  assert.equal(await one, await two);
  assert.deepEqual(bank.steps, ['refresh', 'create', 'grant', 'submit']);
});

test('a lost answer to the grant is not asked for again: its payment is revoked, for its token is gone', async () => {
  bank.fate = (step) => (step === 'grant' ? 'answer-lost' : 'answered');
  const outcome = await wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
  needed(outcome);
  assert.match(outcome.reason.description, /got lost, so it was given up/);
  assert.deepEqual(bank.steps, ['refresh', 'create', 'grant', 'read', 'delete', 'create-default']);
  assert.equal(bank.payable.length, 1);
});

test('a request for the exemption that never arrived is made anew, with another nonce', async () => {
  bank.fate = (step, earlier) => (step === 'grant' && earlier === 0 ? 'request-lost' : 'answered');
  submitted(await wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens }));
  assert.deepEqual(bank.steps, ['refresh', 'create', 'grant', 'read', 'grant', 'submit']);
  const sent = wire.requestsTo('/oauth/token').flatMap(({ form }) => form.getAll('assertion'));
  assert.equal(new Set(sent).size, 2);
});

for (const step of ['create', 'submit'] as const) {
  test(`a refused token after a lost answer to ${step} is no word on the payment, so nothing else is tried`, async () => {
    const refusal = { type: 'SECURITY', message: 'the token is revoked', id: 'r', violations: [] };
    bank.fate = (each, earlier) => {
      if (each !== step) return 'answered';
      if (earlier === 1) bank.refuses[step] = () => wire.signed(401, refusal);
      return earlier === 0 ? 'answer-lost' : 'answered';
    };
    const paid = wire.tpp().payWithExemption(REQUEST, { ...KEY, tokens: bank.tokens });
    const error = await refused(paid, 'ACCESS_TOKEN_REFUSED');
    assert.equal(error.outcomeUnknown, true);
    assert.equal(bank.payments.length, 1);
  });
}

const STEPS: readonly Step[] = ['refresh', 'create', 'grant', 'submit', 'read', 'delete', 'create-default'];

for (const refusal of ['granted', 'refused'] as const) {
  for (const step of STEPS) {
    for (const lost of ['request-lost', 'answer-lost'] as const) {
      test(`${refusal}: with every ${lost.replace('-', ' of ')} at ${step}, one payment at most can be paid, before and after a retry`, async () => {
        if (refusal === 'refused') bank.refuses.grant = () => refusedExemption('count');
        let isBroken = true;
        bank.fate = (each) => (isBroken && each === step ? lost : 'answered');
        const tpp = wire.tpp({ limits: { attempts: 2 } });
        let kept: ExemptionProgress = { tokens: bank.tokens };
        const keep = (progress: ExemptionProgress) => {
          kept = progress;
        };
        const first = await tpp.payWithExemption(REQUEST, { ...KEY, ...kept, keep }).catch((error: unknown) => error);
        assert.ok(bank.payable.length <= 1, 'before the retry');
        isBroken = false;
        if (first instanceof TppError) {
          assert.equal(first.retrySafe, true, first.message);
          await tpp.payWithExemption(REQUEST, { ...KEY, ...first.retryWith, ...kept, keep });
        }
        assert.equal(bank.payable.length, 1);
      });
    }
  }
}

test('whatever requests and answers get lost, retries end with exactly one payment that can be paid', async () => {
  const tpp = wire.tpp({ limits: { attempts: 1 } });
  let ways = 0;
  for (let seed = 1; seed <= 80; seed += 1) {
    bank = new ExemptionBank(wire);
    const random = generator(seed);
    let losses = 5;
    bank.fate = (): Fate => {
      const draw = random();
      if (draw < 0.5 || losses === 0) return 'answered';
      losses -= 1;
      return draw < 0.75 ? 'request-lost' : 'answer-lost';
    };
    if (seed % 3 === 0) bank.refuses.grant = () => refusedExemption('sum');
    const { outcome, failures } = await persist(tpp);
    if (failures.length > 1) ways += 1;
    assert.equal(bank.payable.length, 1, `seed ${seed}: ${bank.steps.join(' ')}`);
    assert.equal(bank.payable[0]?.paymentId, outcome.payment.paymentId, `seed ${seed}`);
    assert.equal(bank.payable[0]?.status, outcome.kind === 'submitted' ? 'Completed' : 'Unauthorized', `seed ${seed}`);
  }
  assert.ok(ways > 15, 'the losses were real');
});

/** Mulberry32: numbers from 0 to 1 that a seed brings back. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
