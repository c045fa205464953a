import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { asCustomerId } from '@lupa/protocol';
import { CustomerStopped } from '@lupa/sandbox';
import { ExemptTpp, payment } from './support/exempt-tpp.ts';
import { jsonOf } from './support/https-call.ts';
import { RegisteringTpp, registered } from './support/registering-tpp.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';
import type { TestTpp, Tokens } from './support/test-tpp.ts';
import { registerAnotherTpp } from './support/tpp-identity.ts';

/** What must be found nowhere, by what it is. */
const canaries = new Map<string, string>();

function plant(what: string, secret = `canary-${randomBytes(12).toString('hex')}`): string {
  canaries.set(`${what} ${canaries.size}`, secret);
  return secret;
}

const IBAN = 'FI6256000020000017';

describe('no secret is written down: not in the audit trail, not in any table, not in the log', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let log = '';
  const realFetch = globalThis.fetch;
  const customer = { username: 'canary', password: plant('password') };

  before(async () => {
    const stream = new PassThrough();
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    bank = await startTestSandbox({ log: { level: 'trace', stream } });
    tpp = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    plant('client secret', tpp.identity.clientSecret);
    plant('API key', tpp.identity.apiKey);
    const { administration } = bank.sandbox.bank;
    const customerId = await administration.addCustomer({ ...customer, name: 'Kanarialintu' });
    const account = { iban: IBAN, customerId: asCustomerId(customerId), name: 'Tili' };
    await administration.openAccount({ ...account, openingBalanceCents: 100_000, limitCents: 0 });
    globalThis.fetch = async (...call) => {
      const answer = await realFetch(...call);
      for (const cookie of answer.headers.getSetCookie()) plantCookie(cookie);
      return answer;
    };
    await payInEveryWay();
    await registerAndManage();
    await tryWhatIsWrong();
    await meetFaults();
  });
  after(async () => {
    globalThis.fetch = realFetch;
    await bank.close();
  });

  /** The interaction's cookies repeat the address of the pages; only with their signatures are they worth anything. */
  function plantCookie(cookie: string): void {
    const [name = '', value = ''] = cookie.split(';', 1)[0]?.split('=') ?? [];
    if (!['lupa_interaction', 'lupa_resume'].includes(name) && value !== '') plant(`cookie ${name}`, value);
  }

  const readKey = async (number: string) => {
    const answer = await realFetch(`${bank.sandbox.authorize}/sandbox/key-card/${customer.username}`, {
      headers: { accept: 'application/json' },
    });
    const { keys } = (await answer.json()) as { keys: Record<string, string> };
    return plant('key code', keys[number] ?? '');
  };

  function plantTokens({ access_token, refresh_token, id_token }: Partial<Tokens>): void {
    for (const [what, token] of Object.entries({ access_token, refresh_token, id_token })) {
      if (token !== undefined) plant(what, token);
    }
  }

  async function payInEveryWay(): Promise<void> {
    const clientToken = plant('client token', await tpp.clientToken());
    for (const factor of ['keycode', 'mobilekey'] as const) {
      const { paymentId, authorizationId } = await tpp.created(clientToken, { payer: { iban: IBAN } });
      const code = plant('code', await tpp.approvedCode(authorizationId, { ...customer, factor, readKey }));
      const tokens = jsonOf<Tokens>(await tpp.exchange(code));
      plantTokens(tokens);
      assert.equal((await bank.settledAfter(() => tpp.submit(tokens.access_token, paymentId))).status, 200);
      const renewed = await tpp.form({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
      assert.equal(renewed.status, 200);
      plantTokens(jsonOf<Tokens>(renewed));
      // A second use of the code revokes everything it gave.
      assert.equal((await tpp.exchange(code)).status, 400);
    }
    const { authorizationId } = await tpp.created(clientToken, { payer: { iban: IBAN } });
    const tokens = await tpp.userTokens(authorizationId, { ...customer, readKey });
    plantTokens(tokens);
    const exempt = await ExemptTpp.after(tpp, 'aino');
    const { token, payment: exempted } = await exempt.granted(payment('2.00'));
    plant('customer token', exempt.customerToken);
    plant('refresh token', exempt.refreshToken);
    plant('exemption token', token);
    assert.equal((await tpp.submit(token, exempted.paymentId)).status, 200);
    const revoked = await tpp.form({ token: tokens.refresh_token }, '/oauth/revoke');
    assert.equal(revoked.status, 200);
    await tpp.call({ method: 'DELETE', path: `/authorizations/${exempted.authorizationId}`, token: clientToken });
  }

  async function registerAndManage(): Promise<void> {
    const registering = await RegisteringTpp.of(bank.sandbox);
    const headers = { 'x-api-key': plant('developer key') };
    const answer = await registered(registering, { headers });
    plant('registered secret', answer.client_secret);
    plant('registered API key', answer.api_key);
    plant('registration token', answer.registration_access_token);
    const rotated = await registering.manage(answer, { method: 'POST', path: '/secret' });
    plant('rotated secret', jsonOf<{ client_secret: string }>(rotated).client_secret);
    await registering.register({ headers, claims: { aud: plant('audience') } });
    await registering.send(plant('no JWT'), { headers });
    await registering.manage(answer, { token: plant('wrong registration token') });
    await registering.manage(answer, { method: 'PUT', body: { client_secret: plant('secret in a change') } });
    assert.equal((await registering.manage(answer, { method: 'DELETE' })).status, 204);
  }

  /** A secret in the wrong place, or a wrong one in the right place, is a secret too. */
  async function tryWhatIsWrong(): Promise<void> {
    const clientToken = plant('client token', await tpp.clientToken());
    const { authorizationId } = await tpp.created(clientToken);
    const wrong: readonly Readonly<Record<string, string>>[] = [
      { grant_type: 'client_credentials', scope: 'payments', client_secret: plant('wrong secret') },
      { grant_type: 'authorization_code', code: plant('wrong code'), redirect_uri: tpp.identity.redirectUri },
      { grant_type: 'refresh_token', refresh_token: plant('wrong refresh token') },
      { grant_type: 'password', username: 'aino', password: plant('password of no grant') },
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: plant('assertion'), scope: 'payments' },
      { grant_type: 'client_credentials', scope: plant('secret as scope') },
    ];
    for (const fields of wrong) assert.notEqual((await tpp.form(fields)).status, 200);
    const path = `/authorizations/${authorizationId}`;
    assert.equal((await tpp.call({ path, token: plant('wrong token') })).status, 401);
    const headers = { 'x-api-key': plant('wrong API key') };
    assert.equal((await tpp.call({ path, token: clientToken, headers })).status, 401);
    assert.equal((await tpp.create(clientToken, `{"secret": "${plant('broken body')}`)).status, 400);
    await realFetch(
      `${bank.sandbox.authorize}/oauth/authorize?request=${plant('request')}&client_id=${plant('client')}`,
    );

    const stopped = { name: CustomerStopped.name };
    for (const script of [
      { username: customer.username, password: plant('wrong password') },
      { username: plant('password as username'), password: 'x' },
      { ...customer, readKey: async () => plant('wrong key code') },
    ]) {
      const made = await tpp.created(clientToken);
      await assert.rejects(tpp.sendCustomer(made.authorizationId, script), stopped);
    }
  }

  /** What fails unexpectedly is logged with more than what is refused. */
  async function meetFaults(): Promise<void> {
    const clientToken = plant('client token', await tpp.clientToken());
    const [first, second] = [await tpp.created(clientToken), await tpp.created(clientToken)];
    const code = plant('code', await tpp.approvedCode(first.authorizationId, { ...customer, readKey }));
    for (const table of ['audit_events', 'token_artifacts', 'sca_sessions']) {
      await bank.store.query(`ALTER TABLE ${table} RENAME TO hidden`);
      await tpp.create(clientToken);
      await tpp.exchange(code);
      const sent = tpp.sendCustomer(second.authorizationId, { ...customer, readKey });
      await sent.catch(() => undefined);
      await bank.store.query(`ALTER TABLE hidden RENAME TO ${table}`);
    }
  }

  function assertNone(where: string, text: string): void {
    for (const [what, canary] of canaries) {
      assert.ok(!isIn(text, canary), `${what} (${canary}) is in ${where}`);
    }
  }

  test('the canaries were planted, and what is looked through would show them', async () => {
    const kinds = new Set([...canaries.keys()].map((what) => what.replace(/ \d+$/, '')));
    for (const kind of ['password', 'client secret', 'API key', 'key code', 'code', 'access_token', 'refresh_token']) {
      assert.ok(kinds.has(kind), kind);
    }
    assert.ok([...kinds].some((kind) => kind.startsWith('cookie')));
    for (const [what, canary] of canaries) assert.ok(canary.length >= 6, what);
    const [row] = await bank.store.query<{ text: string }>('SELECT payments::text AS text FROM payments LIMIT 1');
    assert.match(row?.text ?? '', /test_payment/);
    assert.match(log, /"path":"\/oauth\/token"/);
    assert.match(log, /hidden|audit_events/);
    assert.throws(() => assertNone('a text', `{"authorization":"Bearer ${[...canaries.values()].at(-1)}"}`));
    assert.throws(() => assertNone('bytes', Buffer.from(customer.password).toString('hex')));
  });

  test('none is in the log, at its most talkative level', () => {
    assertNone('the log', log);
  });

  test('none is in the audit trail, which says what happened all the same', async () => {
    const events = await bank.store.query<{ event: string; text: string }>(
      'SELECT event, audit_events::text AS text FROM audit_events',
    );
    const names = new Set(events.map(({ event }) => event));
    for (const name of [
      'client registered',
      'client secret rotated',
      'client deleted',
      'sca logged in',
      'sca approved',
      'sca attempt failed',
      'tokens revoked',
      'exemption granted',
    ]) {
      assert.ok(names.has(name), `${name}: ${[...names].join(', ')}`);
    }
    assertNone('the audit trail', events.map(({ text }) => text).join('\n'));
  });

  test('none is in any table', async () => {
    const tables = await bank.store.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    assert.ok(tables.length > 15);
    for (const { name } of tables) {
      const rows = await bank.store.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      assertNone(name, rows.map(({ text }) => text).join('\n'));
    }
  });

  test('whatever went wrong, the audit trail holds', async () => {
    const answer = await realFetch(`${bank.sandbox.authorize}/sandbox/audit`);
    const { ok, faults } = (await answer.json()) as { ok: boolean; faults: object[] };
    assert.deepEqual([ok, faults], [true, []]);
  });
});

/** As it is; as bytes print; and digits only where they stand alone, for any number may lie inside a longer one. */
function isIn(text: string, canary: string): boolean {
  if (/^\d+$/.test(canary)) return new RegExp(`(?<![\\w.-])${canary}(?![\\w.-])`).test(text);
  const bytes = Buffer.from(canary);
  return [canary, bytes.toString('hex'), bytes.toString('base64url')].some((form) => text.includes(form));
}
