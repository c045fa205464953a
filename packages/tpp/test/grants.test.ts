import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import type * as jose from 'jose';
import { restoreTokens, revealTokens, type Tpp, type UserTokens, type VerifiedCallback } from '../src/index.ts';
import { FORGED_ID_TOKENS, halfHash, idTokenClaims, signIdToken, WRONG_CLAIMS } from './support/id-tokens.ts';
import { refused } from './support/refused.ts';
import { AUTHORIZATION_ID, PAYMENT_ID, SUBMISSION } from './support/samples.ts';
import { CLIENT, json, type Reply, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

const CODE = 'wpj94iuZRzFvmHHpIFba7b1QiZweXm';
const ACCESS = 'user-access-token-canary';
const REFRESH = 'user-refresh-token-canary';
const HASHES = { at_hash: halfHash(ACCESS), rt_hash: halfHash(REFRESH) };

/** A customer who has come back: what was verified, and how the bank would vouch for the tokens. */
async function comeBack(tpp: Tpp = bank.tpp()) {
  const { pending } = tpp.authorizationUrl({ authorizationId: AUTHORIZATION_ID, responseType: 'code' });
  const query = new URLSearchParams({ code: CODE, state: pending.state, iss: bank.issuer });
  const verified = await tpp.handleCallback(`${CLIENT.redirectUri}?${query}`, pending);
  return { tpp, pending, verified };
}

function tokenAnswer(id_token: string | undefined, changes: object = {}): Reply {
  return json(200, {
    access_token: ACCESS,
    refresh_token: REFRESH,
    id_token,
    scope: 'openid payments',
    token_type: 'bearer',
    expires_in: 3600,
    ...changes,
  });
}

type Redeem = (tpp: Tpp, verified: VerifiedCallback, tokens: UserTokens) => Promise<UserTokens>;

/** Both grants verify alike. */
const GRANTS: Record<string, Redeem> = {
  exchangeCode: (tpp, verified) => tpp.exchangeCode(verified),
  refresh: (tpp, _, tokens) => tpp.refresh(tokens),
};

/** Lets one grant get an answer with this ID token. */
async function answered(
  redeem: Redeem,
  idToken: (claims: jose.JWTPayload) => Promise<string | undefined>,
  changes: object = {},
) {
  const { tpp, pending, verified } = await comeBack();
  const jwt = await idToken(idTokenClaims(bank, pending, HASHES));
  bank.onToken = () => tokenAnswer(jwt, changes);
  const stored = { accessToken: 'old-access-token', refreshToken: 'old-refresh-token', scope: 'openid payments' };
  const tokens = restoreTokens({
    ...stored,
    authorizationId: AUTHORIZATION_ID,
    nonce: pending.nonce,
    expiresAt: '2026-01-01T00:00:00Z',
  });
  return redeem(tpp, verified, tokens);
}

const signed = (claims: jose.JWTPayload) => signIdToken(claims, bank.idKey);

for (const [grant, redeem] of Object.entries(GRANTS)) {
  test(`${grant} gives the tokens that the ID token vouches for`, async () => {
    const asked = bank.clock.now();
    const tokens = await answered(redeem, signed);
    assert.equal(tokens.accessToken.reveal(), ACCESS);
    assert.equal(tokens.refreshToken?.reveal(), REFRESH);
    assert.equal(tokens.authorizationId, AUTHORIZATION_ID);
    assert.equal(tokens.scope, 'openid payments');
    const issued = new Date(Date.parse(tokens.expiresAt) - 3_600_000);
    assert.ok(asked <= issued && issued <= bank.clock.now(), tokens.expiresAt);
    assert.doesNotMatch(inspect(tokens) + JSON.stringify(tokens), /canary/);
  });

  for (const [what, [code, change]] of Object.entries(WRONG_CLAIMS)) {
    test(`${grant} with an ID token with ${what} is ${code}`, async () => {
      await refused(
        answered(redeem, (claims) => signed(Object.assign({}, claims, change(bank)))),
        code,
      );
    });
  }

  for (const [what, [code, forge]] of Object.entries(FORGED_ID_TOKENS)) {
    test(`${grant} with an ID token with ${what} is ${code}`, async () => {
      await refused(
        answered(redeem, (claims) => forge(bank, claims)),
        code,
      );
    });
  }

  for (const [what, code, changes] of [
    ['no at_hash', 'ID_TOKEN_ACCESS_TOKEN_HASH_WRONG', { at_hash: undefined }],
    ['the at_hash of another token', 'ID_TOKEN_ACCESS_TOKEN_HASH_WRONG', { at_hash: halfHash('another') }],
    ['no rt_hash', 'ID_TOKEN_REFRESH_TOKEN_HASH_WRONG', { rt_hash: undefined }],
    ['the rt_hash of another token', 'ID_TOKEN_REFRESH_TOKEN_HASH_WRONG', { rt_hash: halfHash('another') }],
    [
      'at_hash and rt_hash swapped',
      'ID_TOKEN_ACCESS_TOKEN_HASH_WRONG',
      { at_hash: HASHES.rt_hash, rt_hash: HASHES.at_hash },
    ],
    [
      'the hash of the whole digest',
      'ID_TOKEN_ACCESS_TOKEN_HASH_WRONG',
      { at_hash: `${HASHES.at_hash}${HASHES.at_hash}` },
    ],
  ] as const) {
    test(`${grant} with ${what} is ${code}`, async () => {
      await refused(
        answered(redeem, (claims) => signed({ ...claims, ...changes })),
        code,
      );
    });
  }

  test(`${grant} without an ID token is refused`, async () => {
    await refused(
      answered(redeem, async () => undefined),
      'ID_TOKEN_MISSING',
    );
  });

  test(`${grant} with an access token swapped on its way is refused`, async () => {
    await refused(
      answered(redeem, signed, { access_token: 'the-token-of-an-attacker' }),
      'ID_TOKEN_ACCESS_TOKEN_HASH_WRONG',
    );
    await refused(answered(redeem, signed, { refresh_token: 'of-an-attacker' }), 'ID_TOKEN_REFRESH_TOKEN_HASH_WRONG');
  });

  test(`${grant} with the refresh token taken out of the answer is refused`, async () => {
    await refused(answered(redeem, signed, { refresh_token: undefined }), 'ID_TOKEN_REFRESH_TOKEN_HASH_WRONG');
  });
}

test('the code is sent with its redirect URI, the secret and the certificate', async () => {
  await answered((tpp, verified) => tpp.exchangeCode(verified), signed);
  const [sent] = bank.requestsTo('/oauth/token');
  assert.equal(sent?.clientName, 'client');
  assert.deepEqual(Object.fromEntries(sent.form), {
    grant_type: 'authorization_code',
    code: CODE,
    redirect_uri: CLIENT.redirectUri,
    client_id: CLIENT.clientId,
    client_secret: CLIENT.clientSecret,
  });
});

test('a callback is exchanged once', async () => {
  const { tpp, pending, verified } = await comeBack();
  const jwt = await signed(idTokenClaims(bank, pending, HASHES));
  bank.onToken = () => tokenAnswer(jwt);
  const both = await Promise.allSettled([tpp.exchangeCode(verified), tpp.exchangeCode(verified)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  await refused(tpp.exchangeCode(verified), 'CALLBACK_USED');
  assert.equal(bank.requestsTo('/oauth/token').length, 1);
});

test('a code whose answer was lost is not sent again, for it may be spent', async () => {
  const { tpp, verified } = await comeBack();
  bank.onToken = () => ({ status: 200, isSilent: true });
  const error = await refused(tpp.exchangeCode(verified), 'CONNECTION_LOST');
  assert.equal(error.retrySafe, false);
  assert.equal(error.outcomeUnknown, true);
  await refused(tpp.exchangeCode(verified), 'CALLBACK_USED');
  assert.equal(bank.requestsTo('/oauth/token').length, 1);
});

test('a code that certainly was not sent can be exchanged after all', async () => {
  let isDown = true;
  const { tpp, pending, verified } = await comeBack(
    bank.tpp({
      limits: { attempts: 1 },
      endpoints: { ...bank.settings().endpoints, token: 'https://localhost:9/oauth/token' },
    }),
  );
  const error = await refused(tpp.exchangeCode(verified), 'CONNECTION_FAILED');
  assert.equal(error.retrySafe, true);
  const jwt = await signed(idTokenClaims(bank, pending, HASHES));
  bank.onToken = () => {
    const isBusy = isDown;
    isDown = false;
    return isBusy ? json(429, {}, { 'retry-after': '1' }) : tokenAnswer(jwt);
  };
  const { verified: again, pending: other } = await comeBack();
  assert.notEqual(other.nonce, pending.nonce);
  await refused(bank.tpp().exchangeCode(again), 'ID_TOKEN_NONCE_WRONG');
  assert.equal(bank.requestsTo('/oauth/token').length, 2, 'a 429 says that nothing was done, so it is sent again');
});

test('a code the bank refuses is TOKEN_REFUSED with its reason', async () => {
  const { tpp, verified } = await comeBack();
  bank.onToken = () => json(400, { error: 'invalid_grant', error_description: `the code ${CODE} is used` });
  const error = await refused(tpp.exchangeCode(verified), 'TOKEN_REFUSED');
  assert.equal(error.oauthError, 'invalid_grant');
  assert.match(error.message, /invalid_grant: the code \[redacted\] is used/);
});

test('a lost refresh is asked for again, with the same refresh token', async () => {
  const { pending } = await comeBack();
  const jwt = await signed(idTokenClaims(bank, pending, HASHES));
  bank.onToken = () =>
    bank.requestsTo('/oauth/token').length === 1 ? { ...tokenAnswer(jwt), isCut: true } : tokenAnswer(jwt);
  const tokens = restoreTokens({
    accessToken: 'old-access-token',
    refreshToken: 'old-refresh-token',
    authorizationId: AUTHORIZATION_ID,
    scope: 'openid payments',
    nonce: pending.nonce,
    expiresAt: '2026-01-01T00:00:00Z',
  });
  assert.equal((await bank.tpp().refresh(tokens)).accessToken.reveal(), ACCESS);
  const forms = bank.requestsTo('/oauth/token').map(({ form }) => form.get('refresh_token'));
  assert.deepEqual(forms, ['old-refresh-token', 'old-refresh-token']);
});

test('tokens go to a store and back, and submit the payment', async () => {
  const tokens = restoreTokens(
    JSON.parse(JSON.stringify(revealTokens(await answered((tpp, verified) => tpp.exchangeCode(verified), signed)))),
  );
  bank.onApi = () => bank.signed(200, SUBMISSION);
  await bank.tpp().submitPayment(PAYMENT_ID, { tokens, submissionId: SUBMISSION.submissionId });
  assert.equal(bank.requestsTo('/submissions')[0]?.headers.authorization, `Bearer ${ACCESS}`);
});

test('what revealTokens did not give is not taken back, and without a refresh token there is no refresh', async () => {
  const stored = { accessToken: 'x', authorizationId: 'y', scope: 'z', expiresAt: 'w', nonce: 'n' };
  await refused(() => restoreTokens({ ...stored, accessToken: '' }), 'ARGUMENT_INVALID');
  await refused(bank.tpp().refresh(restoreTokens(stored)), 'ARGUMENT_INVALID');
});

test('revokeTokens gives the refresh token back, and needs an address for it', async () => {
  bank.onToken = () => ({ status: 200 });
  const tokens = restoreTokens({
    accessToken: 'x',
    refreshToken: REFRESH,
    authorizationId: 'y',
    scope: 'z',
    expiresAt: 'w',
    nonce: 'n',
  });
  await bank.tpp().revokeTokens(tokens);
  const [sent] = bank.requestsTo('/oauth/revoke');
  assert.equal(sent?.form.get('token'), REFRESH);
  assert.equal(sent?.form.get('token_type_hint'), 'refresh_token');
  const { revocation: _, ...endpoints } = bank.settings().endpoints;
  await refused(bank.tpp({ endpoints }).revokeTokens(tokens), 'SETTINGS_INVALID');
});
