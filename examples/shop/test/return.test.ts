import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openTestShop, type Visitor } from './support/visitor.ts';

describe('the return from the bank', () => {
  test('does nothing for a browser that has no session here', async () => {
    const shop = await openTestShop();
    for (const address of [
      '/return?code=c&state=s&iss=https://bank.test',
      '/return?error=access_denied&state=s',
      '/return',
    ]) {
      const { status, body, headers } = await shop.visitor().get(address);
      assert.equal(status, 403, address);
      assert.match(body, /not started here/);
      assert.equal(headers['set-cookie'], undefined);
    }
    assert.equal(shop.sent.length, 0);
  });

  test('does nothing for a session whose orders the state does not belong to', async () => {
    const shop = await openTestShop();
    const visitor = await visitorWithOrder(shop);
    const sentBefore = shop.sent.length;
    for (const query of ['code=c&state=unknown', 'code=c', 'state=', 'code=c&state=undefined', 'x=1']) {
      assert.equal((await visitor.get(`/return?${query}`)).status, 403, query);
      assert.equal((await visitor.post('/return', { fragment: query })).status, 403, query);
    }
    assert.equal(shop.sent.length, sentBefore);
  });

  test('runs its one script only where an answer may be in the fragment', async () => {
    const shop = await openTestShop();
    const visitor = await visitorWithOrder(shop);
    const page = await visitor.get('/return');
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-security-policy']), /script-src 'self'/);
    assert.match(page.body, /<script src="\/return\.js"/);
    assert.match(page.body, /<noscript>/);
    assert.equal((await visitor.get('/return.js')).status, 200);
  });
});

describe('a checkout while the bank cannot be reached', () => {
  test('says that nothing was charged, and lets the customer try again', async () => {
    const shop = await openTestShop();
    const visitor = shop.visitor();
    await visitor.post('/cart/add', { product: 'kuksa' });
    const { status, headers } = await visitor.post('/checkout', {});
    assert.equal(status, 303);
    const toBank = await visitor.get(String(headers.location));
    assert.equal(toBank.status, 303);
    const address = String(toBank.headers.location);
    const { body, headers: orderHeaders } = await visitor.get(address);
    assert.match(body, /cannot be reached just now/);
    assert.match(body, /Nothing was charged/);
    assert.equal(orderHeaders.refresh, undefined);
    assert.match((await visitor.get('/cart')).body, /Carved cup/);
    await visitor.get(address);
    const sentBefore = shop.sent.length;
    assert.equal((await visitor.post(`${address}/pay`, {})).status, 303);
    assert.ok(shop.sent.length > sentBefore);
    assert.match((await visitor.get(`${address}/wire`)).body, /Attempt 2 of 2/);
  });

  test('logs no name, no code and no secret', async () => {
    const shop = await openTestShop();
    const visitor = await visitorWithOrder(shop);
    await visitor.get('/return?code=secret-code&state=unknown');
    assert.ok(shop.log.length > 0);
    assert.doesNotMatch(shop.log.join('\n'), /secret|Savu|FI\d\d/);
  });

  test('is nothing at all when the cart is empty', async () => {
    const shop = await openTestShop();
    const answer = await shop.visitor().post('/checkout', {});
    assert.equal(answer.headers.location, '/cart');
    assert.equal(shop.sent.length, 0);
  });
});

async function visitorWithOrder(shop: Awaited<ReturnType<typeof openTestShop>>): Promise<Visitor> {
  const visitor = shop.visitor();
  await visitor.post('/cart/add', { product: 'kuksa' });
  await visitor.post('/checkout', {});
  await visitor.get('/cart');
  return visitor;
}
