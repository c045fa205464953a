import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playCustomer } from '../../src/index.ts';
import { readForms } from '../../src/play-customer/read-forms.ts';
import { testSandbox } from '../support/test-sandbox.ts';
import { waitingAuthorization } from '../support/waiting-authorization.ts';

const sandbox = testSandbox();
const JSON_ONLY = { accept: 'application/json' };

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, sandbox().authorize), { redirect: 'manual', ...init });
}

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return ask(path, { method: 'POST', body: new URLSearchParams(fields), headers });
}

/** Plays Aino up to the phone, which `answerPhone` answers. @returns what became of the authorization */
async function payByPhone(amountEUR: string, answerPhone: () => Promise<void>): Promise<string> {
  const { tpp, payment, authorizationUrl } = await waitingAuthorization(sandbox(), amountEUR);
  await playCustomer({
    authorizationUrl,
    username: 'aino',
    password: 'aino-salasana',
    factor: 'mobilekey',
    answerPhone,
  });
  const { status } = await tpp.readAuthorization(payment.authorizationId);
  tpp.close();
  return status;
}

test('every page has the security headers of the bank’s pages, and no script', async () => {
  for (const path of [
    '/',
    '/sandbox/key-card/aino',
    '/sandbox/phone/aino',
    '/sandbox/phone/nobody',
    '/sandbox/rails',
    '/sandbox/rails/none',
  ]) {
    const answer = await ask(path, { headers: { accept: 'text/html' } });
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.doesNotMatch(await answer.text(), /<script|style=|\son\w+=/);
  }
});

test('the start page leads to the users’ doors, the keys and discovery, and every link of it works', async () => {
  const html = await (await ask('/')).text();
  assert.match(html, /FI92 5999 5020 0842 25/);
  assert.match(html, /2500\.00 EUR/);
  const links = [...html.matchAll(/href="(\/[^"#]*)"/g)].map(([, href = '']) => href);
  assert.ok(links.length > 12);
  for (const link of new Set(links)) assert.equal((await ask(link)).status, 200, link);
});

test('the key card is a page for people and JSON for tools', async () => {
  const { keys } = (await (await ask('/sandbox/key-card/aino', { headers: JSON_ONLY })).json()) as {
    keys: Record<string, string>;
  };
  const entries = Object.entries(keys);
  assert.equal(entries.length, 100);
  for (const [number, code] of entries) assert.match(`${number} ${code}`, /^\d{1,3} \d{6}$/);
  const html = await (
    await ask('/sandbox/key-card/aino', { headers: { accept: 'text/html,application/json' } })
  ).text();
  for (const [, code] of entries) assert.ok(html.includes(code));
});

test('nobody’s key card or phone is not found, in words and in JSON', async () => {
  for (const path of ['/sandbox/key-card/nobody', '/sandbox/phone/nobody']) {
    const page = await ask(path);
    assert.equal(page.status, 404);
    assert.match(await page.text(), /No such test user.*aino, ville/s);
    const answer = await ask(path, { headers: JSON_ONLY });
    assert.equal(answer.status, 404);
    assert.match(((await answer.json()) as { error: string }).error, /aino, ville/);
  }
  assert.equal((await post('/sandbox/unblock/nobody', {})).status, 404);
});

test('an empty phone looks for requests by itself until told to stop', async () => {
  assert.equal((await ask('/sandbox/phone/aino')).headers.get('refresh'), '4; url=/sandbox/phone/aino');
  assert.equal((await ask('/sandbox/phone/aino?look=off')).headers.get('refresh'), null);
});

test('the phone shows the same amount and payees to people and to tools, and approves by a plain form', async () => {
  const status = await payByPhone('1234.50', async () => {
    const { requests } = (await (await ask('/sandbox/phone/aino', { headers: JSON_ONLY })).json()) as {
      requests: { id: string }[];
    };
    const [request] = requests;
    assert.deepEqual(requests, [{ id: request?.id, amount: '1234.50', payees: ['Test Person'] }]);
    const page = await ask('/sandbox/phone/aino');
    assert.equal(page.headers.get('refresh'), null);
    const html = await page.text();
    for (const text of ['1,234.50', 'FI49 5000 9420 0287 30', 'FI92 5999 5020 0842 25', 'Test Person', 'Tuohi asks']) {
      assert.ok(html.includes(text), text);
    }
    assert.ok(html.includes('&lt;b&gt;Kahvit &amp; &quot;pulla&quot;&lt;/b&gt;'));
    const [form] = readForms(html);
    assert.equal(form?.action, '/sandbox/phone/aino');
    assert.deepEqual(
      form.buttons.map(({ value }) => value),
      ['approve', 'decline'],
    );
    const id = form.fields.find(({ name }) => name === 'id')?.value ?? '';
    assert.equal(id, request?.id);
    // Ville cannot approve what waits on Aino's phone.
    assert.equal((await post('/sandbox/phone/ville', { id, action: 'approve' }, JSON_ONLY)).status, 410);
    assert.equal(
      (await post('/sandbox/phone/aino', { id, action: 'approve' }, { origin: 'https://evil.example' })).status,
      403,
    );
    const answer = await post('/sandbox/phone/aino', { id, action: 'approve' });
    assert.equal(answer.headers.get('location'), '/sandbox/phone/aino?notice=approved');
    assert.equal((await post('/sandbox/phone/aino', { id, action: 'approve' }, JSON_ONLY)).status, 410);
  });
  assert.equal(status, 'Authorized');
});

test('declining on the phone rejects the payments', async () => {
  const status = await payByPhone('2.00', async () => {
    const { requests } = (await (await ask('/sandbox/phone/aino', { headers: JSON_ONLY })).json()) as {
      requests: { id: string }[];
    };
    const answer = await post('/sandbox/phone/aino', { id: requests[0]?.id ?? '', action: 'decline' }, JSON_ONLY);
    assert.deepEqual([answer.status, await answer.json()], [200, { result: 'declined' }]);
  });
  assert.equal(status, 'Rejected');
});

test('a user whom wrong codes blocked can log in again once the block is lifted', async () => {
  const elsa = { username: 'elsa', password: 'elsa-salasana' };
  const approve = async () => {
    const { tpp, authorizationUrl } = await waitingAuthorization(sandbox());
    tpp.close();
    return playCustomer({ authorizationUrl, ...elsa });
  };
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const { tpp, authorizationUrl } = await waitingAuthorization(sandbox());
    tpp.close();
    await playCustomer({ authorizationUrl, ...elsa, password: 'wrong' }).catch(() => {});
  }
  const whileBlocked = await approve().catch(() => 'stopped');
  assert.doesNotMatch(whileBlocked, /[#&]code=/);
  await post('/sandbox/unblock/elsa', {});
  assert.match(await approve(), /[#&]code=/);
});

test('a form of the phone without an id or a known action is refused, and one of a request that is over too', async () => {
  assert.equal((await post('/sandbox/phone/aino', { action: 'approve' })).status, 400);
  assert.equal((await post('/sandbox/phone/aino', { id: 'x', action: 'steal' })).status, 400);
  const over = { id: '00000000-0000-7000-8000-000000000000', action: 'approve' };
  assert.equal((await post('/sandbox/phone/aino', over, JSON_ONLY)).status, 410);
  assert.equal((await post('/sandbox/phone/aino', over)).headers.get('location'), '/sandbox/phone/aino?notice=gone');
});

test('a form from another site is refused, one from our own page or from no browser is taken', async () => {
  const path = '/sandbox/unblock/aino';
  assert.equal((await post(path, {}, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await post(path, {}, { 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await post(path, {}, { origin: sandbox().authorize })).status, 303);
  assert.equal((await post(path, {})).headers.get('location'), '/?unblocked=aino');
  assert.match(await (await ask('/?unblocked=aino')).text(), /aino is not blocked any more/);
  assert.doesNotMatch(await (await ask('/?unblocked=%3Cb%3E')).text(), /not blocked any more/);
});
