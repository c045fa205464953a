import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Submission } from '@lupa/protocol';
import { callHttps, jsonOf } from '../flow/support/https-call.ts';
import { TestTpp, type Tokens } from '../flow/support/test-tpp.ts';
import { type AlternatingConnections, alternateConnections } from './support/alternating-connections.ts';
import { type ServeProcess, startServe } from './support/serve-process.ts';
import { prepareServedBank, type ServedBank } from './support/served-bank.ts';

/**
 * Two machines with a database in common, and a balancer that sends every connection to the other one. Nobody keeps a
 * connection, so each request is answered by a process that knows nothing of the one before.
 */
describe('nothing is kept in a process that another one needs', () => {
  let bank: ServedBank;
  let fronts: readonly AlternatingConnections[];
  let machines: readonly ServeProcess[];
  let tpp: TestTpp;

  before(async () => {
    bank = await prepareServedBank();
    const [one, other] = [await bank.configuration(), await bank.configuration()];
    fronts = await Promise.all(
      (['api', 'authorize'] as const).map((listener) =>
        alternateConnections([one[listener].port, other[listener].port]),
      ),
    );
    const [api, authorize] = fronts.map(({ port }) => ({ url: `https://localhost:${port}` }));
    machines = await Promise.all(
      [one, other].map((machine, index) => {
        const shared = {
          ...machine,
          api: { ...machine.api, ...api },
          authorize: { ...machine.authorize, ...authorize },
        };
        return startServe(bank.files.write(shared, `machine-${index}.json`), { workers: 1 });
      }),
    );
    tpp = await TestTpp.of(
      bank.tpp,
      { api: String(api?.url), authorize: String(authorize?.url) },
      { keepAlive: false },
    );
  });
  after(async () => {
    tpp?.close();
    await Promise.all((machines ?? []).map((machine) => machine.end()));
    for (const front of fronts ?? []) front.close();
    await bank?.close();
  });

  test('a whole default flow, the customer’s pages included, in which each request goes to the other machine', async () => {
    const before = fronts.map(({ counts }) => [...counts]);
    const token = await tpp.clientToken();
    const { paymentId, authorizationId } = await tpp.created(token);
    await tpp.created(token, { authorizationId, amountEUR: '5.00' });
    const user = await tpp.userTokens(authorizationId, { readKey: bank.readKey('aino') });
    const submitted = await tpp.submit(user.access_token, paymentId, 'first');
    assert.equal(submitted.status, 200, submitted.bytes.toString());
    let submission: Submission;
    do {
      await sleep(50);
      const path = `/sepa-payments/${paymentId}/submissions/first`;
      submission = jsonOf<Submission>(await tpp.call({ path, token: user.access_token }));
    } while (submission.status === 'Accepted');
    assert.equal(submission.status, 'Submitted');
    for (const [index, { counts }] of fronts.entries()) {
      const [one = 0, other = 0] = counts.map((count, machine) => count - (before[index]?.[machine] ?? 0));
      assert.ok(one >= 2 && Math.abs(one - other) <= 1, `each machine answered half of the requests: ${one}, ${other}`);
    }
  });

  test('the same again, whoever begins', async () => {
    // One connection more turns round who answers what.
    await fetch(`${tpp.bank.authorize}/.well-known/openid-configuration`);
    await callHttps({ url: `${tpp.bank.api}/nowhere`, method: 'GET', tls: bank.tpp.tls });
    const token = await tpp.clientToken();
    const { paymentId, authorizationId } = await tpp.created(token);
    const user = await tpp.userTokens(authorizationId, { readKey: bank.readKey('aino') });
    assert.equal((await tpp.submit(user.access_token, paymentId)).status, 200);
  });

  test('the exemption flow: refresh token, nonce and limits', async () => {
    const token = await tpp.clientToken();
    const { authorizationId } = await tpp.created(token);
    const first = await tpp.userTokens(authorizationId, { readKey: bank.readKey('aino') });
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token, scope: 'payments' };
    const renewed = await tpp.form(refresh);
    assert.equal(renewed.status, 200, renewed.bytes.toString());
    const created = await tpp.create(jsonOf<Tokens>(renewed).access_token, undefined, {});
    assert.equal(created.status, 201, created.bytes.toString());
  });

  test('a code is good once, whoever is asked', async () => {
    const { authorizationId } = await tpp.created(await tpp.clientToken());
    const code = await tpp.approvedCode(authorizationId, { readKey: bank.readKey('aino') });
    assert.equal((await tpp.exchange(code)).status, 200);
    assert.equal((await tpp.exchange(code)).status, 400);
  });

  test('an idempotency key is one payment, whoever is asked, all at once', async () => {
    const token = await tpp.clientToken();
    const key = { 'x-idempotency-key': `key-${Math.random()}` };
    const answers = await Promise.all(Array.from({ length: 8 }, () => tpp.create(token, undefined, key)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
    const ids = answers.map((answer) => jsonOf<{ paymentId: string }>(answer).paymentId);
    assert.equal(new Set(ids).size, 1);
  });
});
