import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openSite, type Site } from './pages-site.ts';
import { PlainCustomer, readForm, textOf, titleOf } from './plain-customer.ts';
import { LIISA, PEKKA, wrong } from './sca-parts.ts';

let site: Site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

const COOKIE = 'lupa_sca';

async function atReview() {
  const arrived = await site.arrive([{}, {}]);
  const customer = await new PlainCustomer(site.app).open(arrived.path);
  await customer.press('continue', LIISA);
  return { ...arrived, customer };
}

const step = async (uid: string) => (await site.parts.sca.store.findSession(uid))?.step;

describe('every page', () => {
  test('is stored nowhere, framed nowhere and runs nothing', async () => {
    const { customer, uid, path } = await atReview();
    const pages = [customer.page];
    pages.push((await customer.press('continue')).page);
    pages.push((await customer.press('approve', { code: wrong(await site.codeFor(uid)) })).page);
    pages.push((await customer.press('approve', { code: await site.codeFor(uid) })).page);
    pages.push((await new PlainCustomer(site.app).open('/sca/unknown')).page);
    pages.push((await new PlainCustomer(site.app).open((await site.arrive()).path)).page);
    pages.push(await new PlainCustomer(site.app).open(path).then(({ page }) => page));
    for (const page of pages) {
      assert.ok(page);
      const { headers } = page;
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(
        headers['content-security-policy'],
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
      assert.match(String(headers['permissions-policy']), /camera=\(\)/);
      assert.equal(headers['strict-transport-security'], undefined, 'http has none');
      assert.doesNotMatch(page.body, /<script|\son\w+=|style="|javascript:/i);
    }
  });

  test('escapes what a TPP or a customer wrote', async () => {
    const { path } = await site.arrive([
      {
        message: '<img src=x onerror=alert(1)>"\'&',
        payee: { iban: 'FI2112345600000785', name: '<script>alert(1)</script>' },
      },
    ]);
    const customer = await new PlainCustomer(site.app).open(path);
    assert.ok(customer.html.includes('Kahvipuoti &amp; Co'));
    await customer.press('continue', LIISA);
    assert.ok(customer.html.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
    assert.ok(customer.html.includes('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;'));
    assert.doesNotMatch(customer.html, /<script|<img/);
  });

  test('has the stylesheet from the same origin, which browsers may keep for good', async () => {
    const { html } = await new PlainCustomer(site.app).open((await site.arrive()).path);
    const href = /<link rel="stylesheet" href="([^"]+)">/.exec(html)?.[1] ?? '';
    assert.match(href, /^\/assets\/lupa\.css\?v=[0-9a-f]{12}$/);
    const answer = await site.app.inject(href);
    assert.equal(answer.headers['content-type'], 'text/css; charset=utf-8');
    assert.match(String(answer.headers['cache-control']), /immutable/);
  });
});

describe('the cookie', () => {
  test('is for these pages alone, out of reach of scripts, and not sent along by other sites', async () => {
    const { path } = await site.arrive();
    const customer = await new PlainCustomer(site.app).open(path);
    assert.match(
      String(customer.page?.headers['set-cookie']),
      new RegExp(`^lupa_sca=[\\w-]{43}; Path=${path}; HttpOnly; SameSite=Lax$`),
    );
  });

  test('is another one after the login; the one from before is not logged in (session fixation)', async () => {
    const { path, uid } = await site.arrive();
    const customer = await new PlainCustomer(site.app).open(path);
    const before = customer.cookies.get(COOKIE) ?? '';
    await customer.press('continue', LIISA);
    assert.notEqual(customer.cookies.get(COOKIE), before);
    const attacker = new PlainCustomer(site.app);
    attacker.cookies.set(COOKIE, before);
    await attacker.open(path);
    assert.ok(titleOf(attacker.html)?.startsWith('Kirjaudu'), 'the old cookie sees the login page');
    assert.equal(textOf(attacker.html).includes('Test_Person'), false);
    assert.equal(await step(uid), 'review');
  });

  test('lost on the way (a second click on "log in") leads to a new login, not to a dead end', async () => {
    const { path } = await site.arrive();
    const customer = await new PlainCustomer(site.app).open(path);
    const before = customer.cookies.get(COOKIE) ?? '';
    const form = { ...readForm(customer.html), ...LIISA, action: 'continue' };
    await customer.post(form);
    customer.cookies.set(COOKIE, before);
    await customer.send(form);
    assert.equal(titleOf(customer.html), 'Tarkista maksu – Lupa');
  });
});

describe('a form from elsewhere', () => {
  const FOREIGN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'another origin': { origin: 'https://evil.example' },
    'another site, as the browser says': { 'sec-fetch-site': 'cross-site' },
    'a sibling domain': { 'sec-fetch-site': 'same-site', origin: 'null' },
  };
  for (const [where, headers] of Object.entries(FOREIGN)) {
    test(`(${where}) is refused, with the id to ask about, and does nothing`, async () => {
      const { customer, uid } = await atReview();
      const answer = await customer.post({ ...readForm(customer.html), action: 'continue' }, headers);
      assert.equal(answer.statusCode, 403);
      assert.match(answer.body, /<code>[0-9a-f-]{36}<\/code>/);
      assert.equal(await step(uid), 'review');
    });
  }

  test('our own pages send no referrer, so browsers say Origin: null; with Sec-Fetch-Site that is ours', async () => {
    const { customer, uid } = await atReview();
    const own = { origin: 'null', 'sec-fetch-site': 'same-origin' };
    await customer.send({ ...readForm(customer.html), action: 'continue' }, own);
    assert.equal(await step(uid), 'factor');
  });

  test('without its token does nothing', async () => {
    const { customer, uid } = await atReview();
    const { token: _token, ...rest } = readForm(customer.html);
    for (const token of [undefined, '', 'x'.repeat(43)]) {
      await customer.send({ ...rest, ...(token !== undefined && { token }), action: 'continue' });
      assert.ok(textOf(customer.html).includes('Sivu oli vanhentunut'));
      assert.equal(await step(uid), 'review');
    }
  });

  test("with another session's token does nothing", async () => {
    const [one, other] = [await atReview(), await atReview()];
    const { token } = readForm(other.customer.html);
    await one.customer.send({ ...readForm(one.customer.html), token: token ?? '', action: 'reject' });
    assert.equal(await step(one.uid), 'review');
  });
});

describe('going back and pressing twice', () => {
  test('the login form of before is out of date after the login', async () => {
    const { path, uid } = await site.arrive();
    const customer = await new PlainCustomer(site.app).open(path);
    const old = { ...readForm(customer.html), ...PEKKA, action: 'continue' };
    await customer.press('continue', LIISA);
    await customer.send(old);
    assert.equal(await step(uid), 'review');
    assert.ok(textOf(customer.html).includes('Sivu oli vanhentunut'));
  });

  test('the review form of before is out of date once a factor is asked for', async () => {
    const { customer, uid } = await atReview();
    const old = { ...readForm(customer.html), action: 'reject' };
    await customer.press('continue');
    const challenge = (await site.parts.sca.store.findSession(uid))?.challenge?.challengeId;
    await customer.send(old);
    assert.equal((await site.parts.sca.store.findSession(uid))?.challenge?.challengeId, challenge);
    assert.match(customer.html, /data-key-number/);
  });

  test('approving twice at once approves once and shows the end twice', async () => {
    const { customer, uid, authorizationId } = await atReview();
    await customer.press('continue');
    const form = { ...readForm(customer.html), code: await site.codeFor(uid), action: 'approve' };
    const answers = await Promise.all([customer.post(form), customer.post(form)]);
    for (const answer of answers) assert.equal(titleOf(answer.body), 'Hyväksytty – Lupa');
    const approvals = (await site.parts.events(authorizationId)).filter(({ event }) => event === 'sca approved');
    assert.equal(approvals.length, 1);
  });

  test('coming back after the end shows the end; once the shop has the customer, that all is done', async () => {
    const { customer, uid, path } = await atReview();
    await customer.press('cancel');
    await customer.open(path);
    assert.equal(titleOf(customer.html), 'Keskeytetty – Lupa');
    site.interactions.forget(uid);
    await customer.open(path);
    assert.equal(customer.page?.statusCode, 410);
    assert.equal(titleOf(customer.html), 'Virhe: Tämä on jo valmis – Lupa');
  });
});

describe('what is not a form of ours', () => {
  test('a link opened in another browser says what happened and what to do, with the request id', async () => {
    const customer = await new PlainCustomer(site.app, { 'accept-language': 'sv' }).open('/sca/of-another-browser');
    assert.equal(customer.page?.statusCode, 404);
    assert.match(customer.html, /<html lang="sv">/);
    assert.match(customer.html, /<code>[0-9a-f-]{36}<\/code>/);
  });

  test('JSON is refused', async () => {
    const { path } = await site.arrive();
    const answer = await site.app.inject({ method: 'POST', url: path, payload: { action: 'cancel' } });
    assert.equal(answer.statusCode, 415);
    assert.match(answer.body, /<!doctype html>/);
  });

  test('a form larger than any of ours is refused', async () => {
    const { customer } = await atReview();
    const answer = await customer.post({ token: 'x'.repeat(32_768) });
    assert.equal(answer.statusCode, 413);
  });

  test('a notice that is none of ours is not shown', async () => {
    const { path } = await site.arrive();
    for (const notice of ['toString', '<b>hello</b>', '__proto__']) {
      const { html } = await new PlainCustomer(site.app).open(`${path}?notice=${encodeURIComponent(notice)}`);
      assert.doesNotMatch(html, /class="notice/);
    }
  });
});

describe('outside the sandbox, over https', () => {
  let real: Site;
  before(async () => {
    real = await openSite({ isSandbox: false, issuer: 'https://bank.example' });
  });
  after(() => real.close());

  test('no test user is named, the cookie is Secure, and there is HSTS', async () => {
    const { path } = await real.arrive();
    const { html, page } = await new PlainCustomer(real.app).open(path);
    assert.doesNotMatch(html, /liisan salasana|Testi/);
    assert.match(String(page?.headers['set-cookie']), /; Secure$/);
    assert.equal(page?.headers['strict-transport-security'], 'max-age=31536000');
    assert.ok(textOf(html).includes('bank.example'));
  });

  test('the factor page links to no sandbox', async () => {
    const { path } = await real.arrive();
    const customer = await new PlainCustomer(real.app).open(path);
    await customer.press('continue', LIISA);
    await customer.press('continue');
    assert.match(customer.html, /data-key-number/);
    assert.doesNotMatch(customer.html, /\/sandbox\//);
  });
});
