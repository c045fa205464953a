import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Cart, cartLines, parseQuantity, totalOf, withoutOrdered } from '../src/cart.ts';
import { catalogue } from '../src/catalogue.ts';
import { openTestShop } from './support/visitor.ts';

describe('the cart', () => {
  test('adds, changes and removes, and counts every piece', async () => {
    const visitor = (await openTestShop()).visitor();
    await visitor.post('/cart/add', { product: 'ruisnakkari' });
    await visitor.post('/cart/add', { product: 'ruisnakkari' });
    await visitor.post('/cart/add', { product: 'ryijy' });
    const full = await visitor.get('/cart');
    assert.match(full.body, /€1,258\.00/);
    assert.match(full.body, /class="count"[^>]*>3</);
    await visitor.post('/cart/change', { product: 'ryijy', quantity: '0' });
    await visitor.post('/cart/change', { product: 'ruisnakkari', quantity: '3' });
    assert.match((await visitor.get('/cart')).body, /€12\.00/);
    await visitor.post('/cart/change', { product: 'ruisnakkari', quantity: '0' });
    assert.match((await visitor.get('/cart')).body, /Your cart is empty/);
  });

  test('reads plain quantities from 0 to 99 and no other spelling', () => {
    assert.equal(parseQuantity('0'), 0);
    assert.equal(parseQuantity('1'), 1);
    assert.equal(parseQuantity('99'), 99);
    const hostile = [
      '',
      '-1',
      '+1',
      '01',
      '00',
      '100',
      '1.0',
      '1,5',
      '1e1',
      '0x1',
      ' 1',
      '1 ',
      '1\n',
      '٣',
      '１',
      'NaN',
      'Infinity',
      '9'.repeat(400),
    ];
    for (const text of hostile) assert.equal(parseQuantity(text), undefined, JSON.stringify(text));
    assert.equal(parseQuantity(undefined), undefined);
  });

  test('refuses a hostile quantity and leaves the cart as it was', async () => {
    const visitor = (await openTestShop()).visitor();
    await visitor.post('/cart/add', { product: 'kuksa' });
    for (const quantity of ['-1', '100', '1e3', '', '1.5']) {
      assert.equal((await visitor.post('/cart/change', { product: 'kuksa', quantity })).status, 400, quantity);
    }
    const twice = await visitor.postRaw('/cart/change', `csrf=${visitor.csrf}&product=kuksa&quantity=1&quantity=2`);
    assert.equal(twice.status, 400);
    assert.match((await visitor.get('/cart')).body, /value="1"/);
  });

  test('holds at most 99 of a product, however often it is added', async () => {
    const visitor = (await openTestShop()).visitor();
    await visitor.post('/cart/add', { product: 'kuksa' });
    await visitor.post('/cart/change', { product: 'kuksa', quantity: '99' });
    await visitor.post('/cart/add', { product: 'kuksa' });
    assert.match((await visitor.get('/cart')).body, /value="99"/);
  });

  test('refuses products that are not in the catalogue, whatever they are called', async () => {
    const visitor = (await openTestShop()).visitor();
    for (const product of ['', 'nothing', '__proto__', 'constructor', '../ryijy', '<script>']) {
      const answer = await visitor.post('/cart/add', { product });
      assert.equal(answer.status, 400, product);
      assert.doesNotMatch(answer.body, /<script>/);
    }
  });

  test('takes prices from the catalogue and never from the form', async () => {
    const visitor = (await openTestShop()).visitor();
    await visitor.post('/cart/add', { product: 'koivukulho', price: '0.01' });
    assert.match((await visitor.get('/cart')).body, /€149\.00/);
  });

  test('adds up without losing a cent', () => {
    const goods = catalogue(['shop', 'maker']);
    const everything: Cart = new Map([...goods.keys()].map((id) => [id, 99]));
    assert.equal(totalOf(cartLines(everything, goods)), 157_690 * 99);
  });

  test('keeps what was put in while the customer was at the bank', () => {
    const goods = catalogue(['shop']);
    const ordered = cartLines(new Map([['villasukat', 2]]), goods);
    const later: Cart = new Map([
      ['villasukat', 3],
      ['ryijy', 1],
    ]);
    assert.deepEqual(
      [...withoutOrdered(later, ordered)],
      [
        ['villasukat', 1],
        ['ryijy', 1],
      ],
    );
    assert.deepEqual([...withoutOrdered(new Map([['villasukat', 1]]), ordered)], []);
  });
});
