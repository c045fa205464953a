import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCents } from '@lupa/tpp';
import { euros } from '../src/euros.ts';
import { openTestShop } from './support/visitor.ts';

describe('the pages', () => {
  test('show the goods with their pictures, prices and sellers', async () => {
    const { body } = await (await openTestShop()).visitor().get('/');
    for (const text of [
      'Ruisnäkkäri',
      'Rye crispbread',
      '€4.00',
      '€12.50',
      '€29.90',
      '€149.00',
      '€1,250.00',
      'Sold by Savu ja Lumo',
    ]) {
      assert.ok(body.includes(text), text);
    }
  });

  test('serve every picture, style and script they name from this origin', async () => {
    const visitor = (await openTestShop()).visitor();
    const { body } = await visitor.get('/');
    const addresses = [...body.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address = '']) => address);
    assert.ok(addresses.length > 10);
    for (const address of addresses) {
      assert.ok(address.startsWith('/'), address);
      assert.equal((await visitor.get(address)).status, 200, address);
    }
  });

  test('escape names, whoever chose them', async () => {
    const visitor = (await openTestShop({ makerName: '"><script>alert(1)</script>' })).visitor();
    await visitor.post('/cart/add', { product: 'kuksa' });
    for (const address of ['/', '/cart']) {
      const { body } = await visitor.get(address);
      assert.doesNotMatch(body, /<script/);
      assert.match(body, /&lt;script&gt;alert\(1\)/);
    }
  });

  test('allow no script, frame or foreign form, and are never stored', async () => {
    const visitor = (await openTestShop()).visitor();
    for (const address of ['/', '/cart', '/orders', '/nothing']) {
      const { headers } = await visitor.get(address);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /form-action 'self';/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /script-src|unsafe/);
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'same-origin');
    }
  });

  test('say so when there is nothing at an address, without repeating it', async () => {
    const visitor = (await openTestShop()).visitor();
    for (const address of [
      '/nothing',
      '/orders/unknown',
      '/%3Cscript%3E',
      '/../package.json',
      '/shop.css/',
      '/goods/',
      '/goods/..%2f..%2fpackage.json',
    ]) {
      const { status, body } = await visitor.get(address);
      assert.equal(status, 404, address);
      assert.doesNotMatch(body, /%3Cscript|<script|package\.json/);
    }
  });

  test('answer a broken or oversized request as the caller’s mistake', async () => {
    const shop = await openTestShop();
    const visitor = shop.visitor();
    await visitor.get('/');
    assert.equal((await visitor.postRaw('/cart/add', `csrf=${visitor.csrf}&x=${'x'.repeat(20_000)}`)).status, 413);
    const json = await shop.app.inject({
      method: 'POST',
      url: '/cart/add',
      headers: { 'content-type': 'text/xml' },
      payload: '<a/>',
    });
    assert.equal(json.statusCode, 415);
    assert.equal(shop.log.length, 0);
  });

  test('print amounts in cents and thousands', () => {
    assert.equal(euros(asCents(5)), '€0.05');
    assert.equal(euros(asCents(99_999)), '€999.99');
    assert.equal(euros(asCents(100_000)), '€1,000.00');
    assert.equal(euros(asCents(123_456_789)), '€1,234,567.89');
  });
});
