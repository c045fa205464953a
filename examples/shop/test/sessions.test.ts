import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sessions } from '../src/sessions.ts';
import { openTestShop } from './support/visitor.ts';

describe('sessions', () => {
  test('an id that the shop never gave out becomes nobody’s session', async () => {
    const visitor = (await openTestShop()).visitor();
    visitor.cookie = 'planted-by-an-attacker';
    await visitor.get('/');
    assert.notEqual(visitor.cookie, 'planted-by-an-attacker');
    assert.equal(Buffer.from(visitor.cookie ?? '', 'base64url').length, 32);
  });

  test('the cookie is out of reach of scripts and other sites, and over https of other hosts too', async () => {
    const plain = await (await openTestShop()).visitor().get('/');
    assert.match(String(plain.headers['set-cookie']), /^shop-session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
    const secure = await (await openTestShop({ redirectUri: 'https://shop.test/return' })).visitor().get('/');
    assert.match(
      String(secure.headers['set-cookie']),
      /^__Host-shop-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test('an order lies in a session with a new id, which whoever planted the old one does not know', async () => {
    const shop = await openTestShop();
    const victim = shop.visitor();
    const attacker = shop.visitor();
    await attacker.get('/');
    victim.cookie = attacker.cookie;
    await victim.post('/cart/add', { product: 'kuksa' });
    const { headers } = await victim.post('/checkout', {});
    const address = String(headers.location).replace(/\/bank$/, '');
    assert.notEqual(victim.cookie, attacker.cookie);
    assert.equal((await victim.get(address)).status, 200);
    assert.equal((await attacker.get(address)).status, 404);
    assert.equal((await attacker.get(`${address}/wire`)).status, 404);
    assert.equal((await attacker.get(`${address}/bank`)).status, 404);
  });

  test('no form is taken without this session’s token', async () => {
    const shop = await openTestShop();
    const [visitor, other] = [shop.visitor(), shop.visitor()];
    await visitor.get('/');
    await other.get('/');
    const actions = ['/cart/add', '/cart/change', '/checkout', '/orders/x/pay', '/orders/x/submit', '/return'];
    const tokens = [
      '',
      'csrf=',
      'csrf=wrong',
      `csrf=${other.csrf}`,
      `csrf=${visitor.csrf}x`,
      `csrf=${visitor.csrf}&csrf=${visitor.csrf}`,
    ];
    for (const action of actions) {
      for (const token of tokens) {
        assert.equal((await visitor.postRaw(action, `${token}&product=kuksa`)).status, 403, `${action} with ${token}`);
      }
    }
    const stranger = shop.visitor();
    assert.equal((await stranger.postRaw('/cart/add', `csrf=${visitor.csrf}&product=kuksa`)).status, 403);
    assert.match((await visitor.get('/cart')).body, /Your cart is empty/);
    assert.equal((await visitor.postRaw('/cart/add', `csrf=${visitor.csrf}&product=kuksa`)).status, 303);
  });

  test('end after two idle hours and not before', (t) => {
    t.mock.timers.enable({ apis: ['Date'] });
    const sessions = new Sessions();
    const { id } = sessions.start();
    t.mock.timers.tick(2 * 60 * 60 * 1000);
    assert.equal(sessions.find(id)?.id, id);
    t.mock.timers.tick(2 * 60 * 60 * 1000 + 1);
    assert.equal(sessions.find(id), undefined);
  });

  test('the longest idle one makes room when there are ten thousand', () => {
    const sessions = new Sessions();
    const first = sessions.start();
    const second = sessions.start();
    for (let count = 2; count < 10_000; count += 1) sessions.start();
    assert.equal(sessions.find(first.id), first);
    sessions.start();
    assert.equal(sessions.find(first.id), first);
    assert.equal(sessions.find(second.id), undefined);
  });
});
