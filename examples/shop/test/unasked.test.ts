import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { playCustomer, type Sandbox, startSandbox } from '@lupa/sandbox';
import { HttpFailure, restoreTokens, Tpp } from '@lupa/tpp';
import { readClientSettings } from '../../../packages/sandbox/src/demo-tpp/client-settings.ts';
import { openNodeHttp } from '../../../packages/tpp/src/wire/node-http.ts';
import { placeEmptyStore } from '../../../test/support/pglite-store.ts';
import { Approval } from '../src/approval.ts';
import { Shopper } from './support/shopper.ts';
import { openTestShop, type Visitor } from './support/visitor.ts';

/** Purchases after a first approved one, in the exemption flow: nobody plays the customer unless the bank wants them. */
const directory = mkdtempSync(join(tmpdir(), 'tuohi-unasked-'));
let sandbox: Sandbox;
before(async () => {
  await placeEmptyStore(directory);
  sandbox = await startSandbox({ dataDir: directory, apiPort: 0, authorizePort: 0, shopPort: 0 });
});
after(async () => {
  await sandbox.close();
  rmSync(directory, { recursive: true, force: true });
});

const BUTTON = /<button class="primary">Pay without logging in again/;

async function approveAtBank(shopper: Shopper, page: string): Promise<string> {
  const { refresh } = await shopper.get(page);
  const authorizationUrl = refresh.slice('0; url='.length);
  const back = await shopper.get(await playCustomer({ authorizationUrl, username: 'aino', password: 'aino-salasana' }));
  await settled(shopper, back.location);
  return back.location;
}

/** A browser in which a customer has bought crispbread and approved it at the bank. */
async function regular(): Promise<Shopper> {
  const shopper = new Shopper(sandbox.shop ?? assert.fail('there is no shop'));
  await shopper.post('/cart/add', { product: 'ruisnakkari' });
  await approveAtBank(shopper, (await shopper.post('/checkout', {})).location);
  return shopper;
}

async function settled(shopper: Shopper, order: string): Promise<string> {
  for (let look = 0; look < 60; look += 1) {
    const page = await shopper.get(order);
    if (page.refresh === '') return page.body;
    await sleep(100);
  }
  return assert.fail('the payment did not settle');
}

/** The name of the form on the cart's page. */
async function formOf(shopper: Shopper): Promise<string> {
  const { body } = await shopper.get('/cart');
  return /name="form" value="([^"]+)"/.exec(body)?.[1] ?? assert.fail('the cart does not offer it');
}

async function buyUnasked(shopper: Shopper, product = 'ruisnakkari'): Promise<string> {
  await shopper.post('/cart/add', { product });
  return (await shopper.post('/checkout/unasked', { form: await formOf(shopper) })).location;
}

describe('paying without logging in again', () => {
  test('is offered after a first approved purchase, pays at once, and the pages tell of it', async () => {
    const shopper = await regular();
    const order = await buyUnasked(shopper);
    assert.match(order, /^\/orders\/[^/]+$/);
    const page = await settled(shopper, order);
    assert.match(page, /Paid\. /);
    assert.match(page, /Made with an exemption/);
    assert.match(page, /by your earlier approval/);
    assert.match((await shopper.get('/cart')).body, /Your cart is empty/);
    const { body: wire } = await shopper.get(`${order}/wire`);
    const titles = [...wire.matchAll(/<h2 [^>]*><span class="hidden">Step (\d): <\/span>([^<]+)/g)].map(
      ([, number, title]) => `${number} ${title}`,
    );
    assert.deepEqual(titles.slice(1, 6), [
      '1 The customer asks for a payment',
      '2 The shop reuses the existing authorization',
      '3 The shop creates the payment',
      '4 The shop confirms the reuse of the authorization',
      '5 The shop submits the payment',
    ]);
    assert.doesNotMatch(wire, /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{20}/, 'no assertion is shown whole');
  });

  test('is not offered before an approval, from 30 euros on, nor for goods of two sellers', async () => {
    const stranger = new Shopper(sandbox.shop ?? '');
    await stranger.post('/cart/add', { product: 'ruisnakkari' });
    assert.doesNotMatch((await stranger.get('/cart')).body, BUTTON);
    assert.equal((await stranger.post('/checkout/unasked', { form: 'made-up' })).location, '/cart');
    const shopper = await regular();
    await shopper.post('/cart/add', { product: 'ruisnakkari' });
    assert.match((await shopper.get('/cart')).body, BUTTON);
    await shopper.post('/cart/add', { product: 'kuksa' });
    assert.doesNotMatch((await shopper.get('/cart')).body, BUTTON);
    await shopper.post('/cart/change', { product: 'kuksa', quantity: '0' });
    await shopper.post('/cart/change', { product: 'ruisnakkari', quantity: '8' });
    assert.doesNotMatch((await shopper.get('/cart')).body, BUTTON);
    assert.equal((await shopper.post('/checkout/unasked', { form: 'made-up' })).location, '/cart');
  });

  test('pays once however often the button is pressed', async () => {
    const shopper = await regular();
    await shopper.post('/cart/add', { product: 'ruisnakkari' });
    const form = await formOf(shopper);
    const other = await formOf(shopper);
    // Pressed in three tabs at once: two show the same page, one another.
    const answers = await Promise.all(
      [form, form, other].map((name) => shopper.send('/checkout/unasked', { form: name })),
    );
    const [first, second, third] = answers.map(({ location }) => location);
    assert.equal(first, second);
    assert.equal(third, '/cart');
    assert.match(await settled(shopper, first ?? ''), /Paid\. /);
    assert.equal([...(await shopper.get('/orders')).body.matchAll(/href="\/orders\//g)].length, 2);
  });

  test('the sixth time the bank wants the customer: the order says why, and is paid at the bank', async () => {
    const shopper = await regular();
    for (let count = 1; count <= 5; count += 1) {
      assert.match(await settled(shopper, await buyUnasked(shopper)), /Made with an exemption/, `number ${count}`);
    }
    const sixth = await buyUnasked(shopper);
    const { body } = await shopper.get(sixth);
    assert.match(body, /Your bank wants you to approve this payment yourself: you have made five payments without it/);
    assert.match(body, /Continue at your bank/);
    assert.match((await shopper.get('/cart')).body, /Rye crispbread/);
    await approveAtBank(shopper, `${sixth}/bank`);
    assert.match(await settled(shopper, sixth), /Paid\. /);
    assert.match((await shopper.get('/cart')).body, /Your cart is empty/);
    const { body: wire } = await shopper.get(`${sixth}/wire`);
    assert.match(
      wire,
      /Attempt 1 of 2[\s\S]*reuses the existing authorization[\s\S]*Attempt 2 of 2[\s\S]*exchanges it for a token/,
    );
    assert.match(await settled(shopper, await buyUnasked(shopper)), /Made with an exemption/, 'the count began anew');
  });
});

describe('paying without logging in again while answers get lost', () => {
  const TOKENS = { accessToken: 'a', refreshToken: 'r', authorizationId: 'i', scope: 's', expiresAt: 'e', nonce: 'n' };

  async function cartAndForm(visitor: Visitor): Promise<string> {
    await visitor.get('/');
    await visitor.post('/cart/add', { product: 'ruisnakkari' });
    const { body } = await visitor.get('/cart');
    return /name="form" value="([^"]+)"/.exec(body)?.[1] ?? assert.fail('the cart does not offer it');
  }

  test('a bank that cannot be reached charges nothing, and can be tried again or in the ordinary way', async () => {
    const shop = await openTestShop();
    const visitor = shop.visitor();
    const session = shop.sessions.start();
    session.approval = new Approval('FI9259995020084225', restoreTokens(TOKENS));
    visitor.cookie = session.id;
    const { headers } = await visitor.post('/checkout/unasked', { form: await cartAndForm(visitor) });
    const order = String(headers.location);
    const { body } = await visitor.get(order);
    assert.match(body, /The bank cannot be reached just now.*Nothing was charged/);
    assert.match(body, /Try the same account again[\s\S]*Pay from another account/);
    const calls = shop.sent.length;
    await visitor.post(`${order}/submit`, {});
    assert.ok(shop.sent.length > calls, 'it was tried again');
    assert.doesNotMatch((await visitor.get(order)).body, /Your payment is on its way/);
  });

  test('a submission whose every answer is lost is not called unpaid, and trying again finds it made', async () => {
    const redirectUri = sandbox.tpp.redirectUris.find((uri) => uri.endsWith('/return')) ?? '';
    const settings = await readClientSettings(sandbox, redirectUri);
    const { tls } = settings;
    const real = openNodeHttp({
      cert: tls.cert,
      key: String(tls.key),
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    });
    let loses = false;
    let submissions = 0;
    const tpp = await Tpp.discover({
      ...settings,
      bank: sandbox.authorize,
      limits: { attempts: 1 },
      http: async (request) => {
        const answer = await real.send(request);
        if (request.method === 'PUT') submissions += 1;
        if (loses && request.method === 'PUT') throw new HttpFailure('lost');
        return answer;
      },
    });
    const shop = await openTestShop({ redirectUri, tpp });
    const visitor = shop.visitor();
    await visitor.post('/cart/add', { product: 'ruisnakkari' });
    const left = await visitor.get(String((await visitor.post('/checkout', {})).headers.location));
    const authorizationUrl = String(left.headers.refresh).slice('0; url='.length);
    const callback = new URL(await playCustomer({ authorizationUrl, username: 'ville', password: 'ville-salasana' }));
    await visitor.get(`${callback.pathname}${callback.search}`);

    const form = await cartAndForm(visitor);
    loses = true;
    const order = String((await visitor.post('/checkout/unasked', { form })).headers.location);
    const { body } = await visitor.get(order);
    assert.match(body, /answer got lost, so we do not know yet/);
    assert.doesNotMatch(body, /Pay again|Pay from another account|Nothing was charged/);
    assert.equal((await visitor.post('/checkout/unasked', { form })).headers.location, order);
    loses = false;
    await visitor.post(`${order}/submit`, {});
    assert.match((await visitor.get(order)).body, /Made with an exemption/);
    assert.equal(submissions, 2, 'of the first order and of this');
    tpp.close();
  });
});
