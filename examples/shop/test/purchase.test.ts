import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CustomerScript, playCustomer, type Sandbox, startSandbox } from '@lupa/sandbox';
import { placeEmptyStore } from '../../../test/support/pglite-store.ts';
import { Shopper } from './support/shopper.ts';

/** Whole purchases against a running sandbox, by plain HTTP: the customer at the bank is played, no script runs. */
const directory = mkdtempSync(join(tmpdir(), 'tuohi-purchase-'));
let sandbox: Sandbox;
before(async () => {
  await placeEmptyStore(directory);
  sandbox = await startSandbox({ dataDir: directory, apiPort: 0, authorizePort: 0, shopPort: 0 });
});
after(async () => {
  await sandbox.close();
  rmSync(directory, { recursive: true, force: true });
});

function newShopper(): Shopper {
  return new Shopper(sandbox.shop ?? assert.fail('there is no shop'));
}

/** Puts goods in the cart and goes to the bank. */
async function leaveForBank(shopper: Shopper, goods: readonly string[], choices: Record<string, string> = {}) {
  for (const product of goods) await shopper.post('/cart/add', { product });
  const toBankPage = await shopper.post('/checkout', choices);
  return bankAddress(shopper, toBankPage.location);
}

/** What the page that forwards to the bank says in its `Refresh` header. */
async function bankAddress(shopper: Shopper, page: string): Promise<string> {
  const { refresh } = await shopper.get(page);
  assert.match(refresh, /^0; url=/);
  return refresh.slice('0; url='.length);
}

function atBank(authorizationUrl: string, username = 'aino', script: Partial<CustomerScript> = {}): Promise<string> {
  return playCustomer({ authorizationUrl, username, password: `${username}-salasana`, ...script });
}

/** Looks at the order until it is no longer being paid. */
async function settled(shopper: Shopper, order: string): Promise<string> {
  for (let look = 0; look < 40; look += 1) {
    const page = await shopper.get(order);
    if (page.refresh === '') return page.body;
    await sleep(100);
  }
  return assert.fail('the payment did not settle');
}

describe('a purchase', () => {
  test('of one seller’s goods is one payment, paid and booked, without any script', async () => {
    const shopper = newShopper();
    const callbackUrl = await atBank(await leaveForBank(shopper, ['ruisnakkari', 'villasukat']));
    assert.match(callbackUrl, /\/return\?/);
    const back = await shopper.get(callbackUrl);
    assert.equal(back.status, 303);
    const page = await settled(shopper, back.location);
    assert.match(page, /Paid\./);
    assert.match(page, /Archive id/);
    assert.match(page, /€33\.90/);
    assert.match((await shopper.get('/cart')).body, /Your cart is empty/);
  });

  test('of two sellers’ goods is a bundle, approved at one visit', async () => {
    const shopper = newShopper();
    const back = await shopper.get(
      await atBank(await leaveForBank(shopper, ['ruisnakkari', 'kuksa'], { payment_order: 'SEPA_INST' })),
    );
    const page = await settled(shopper, back.location);
    assert.match(page, /Paid\./);
    assert.equal(page.match(/<strong>Credited<\/strong>/g)?.length, 2);
  });

  test('with the answer in the fragment ends the same, once the page’s script has posted it', async () => {
    const shopper = newShopper();
    const url = await leaveForBank(shopper, ['ruisnakkari'], { response_type: 'code id_token' });
    const callbackUrl = await atBank(url);
    const [address = '', fragment = ''] = callbackUrl.split('#');
    const page = await shopper.get(address);
    assert.equal(page.status, 200);
    assert.match(page.body, /return\.js/);
    const back = await shopper.post('/return', { fragment });
    assert.match(await settled(shopper, back.location), /Paid\./);
    assert.match((await shopper.get(`${back.location}/wire`)).body, /c_hash/);
  });

  test('of which one part is left out at the bank is partly paid, and the rest can be paid later', async () => {
    const shopper = newShopper();
    const url = await leaveForBank(shopper, ['ruisnakkari', 'kuksa']);
    const order = await shopper.lastOrder();
    const { body } = await shopper.get(`${order}/wire`);
    const [paymentId = ''] = [...body.matchAll(/"paymentId"<\/span>: <span class="string">&quot;([^&]+)/g)].map(
      ([, id]) => id ?? '',
    );
    await shopper.get(await atBank(url, 'aino', { payments: [paymentId] }));
    assert.match(await settled(shopper, order), /Partly paid/);
    const again = await shopper.post(`${order}/pay`, {});
    await shopper.get(await atBank(await bankAddress(shopper, again.location)));
    assert.match(await settled(shopper, order), /Paid\./);
  });
});

describe('a payment that does not come about', () => {
  for (const decision of ['cancel', 'reject'] as const) {
    test(`because the customer says ${decision} leaves everything as it was, and can be tried again`, async () => {
      const shopper = newShopper();
      const back = await shopper.get(await atBank(await leaveForBank(shopper, ['ruisnakkari']), 'aino', { decision }));
      assert.match(await settled(shopper, back.location), /not approved at the bank.*Nothing was charged/);
      assert.match((await shopper.get('/cart')).body, /Rye crispbread/);
      const again = await shopper.post(`${back.location}/pay`, {});
      await shopper.get(await atBank(await bankAddress(shopper, again.location)));
      assert.match(await settled(shopper, back.location), /Paid\./);
      assert.match((await shopper.get('/cart')).body, /Your cart is empty/);
    });
  }

  test('for want of money says so, stays unpaid when tried again, and another account can pay it', async () => {
    const shopper = newShopper();
    const back = await shopper.get(await atBank(await leaveForBank(shopper, ['villasukat']), 'elsa'));
    const page = await settled(shopper, back.location);
    assert.match(page, /not enough money/);
    assert.match(page, /tuohi-\d+-1<\/code>, Error/);
    await shopper.post(`${back.location}/submit`, {});
    assert.match(await settled(shopper, back.location), /not enough money/);
    const again = await shopper.post(`${back.location}/pay`, {});
    await shopper.get(await atBank(await bankAddress(shopper, again.location), 'ville'));
    assert.match(await settled(shopper, back.location), /Paid\./);
  });
});

describe('who comes back', () => {
  test('must be who left: another session is refused, and the one who left can still finish', async () => {
    const [customer, other, stranger] = [newShopper(), newShopper(), newShopper()];
    await leaveForBank(other, ['ruisnakkari']);
    const callbackUrl = await atBank(await leaveForBank(customer, ['ruisnakkari']));
    assert.equal((await other.get(callbackUrl)).status, 403);
    assert.equal((await stranger.get(callbackUrl)).status, 403);
    const back = await customer.get(callbackUrl);
    assert.match(await settled(customer, back.location), /Paid\./);
    assert.equal((await other.get(back.location)).status, 404);
  });

  test('may come twice, even at once: the order is shown and nothing is done a second time', async () => {
    const shopper = newShopper();
    const callbackUrl = await atBank(await leaveForBank(shopper, ['ruisnakkari']));
    const answers = await Promise.all([shopper.get(callbackUrl), shopper.get(callbackUrl), shopper.get(callbackUrl)]);
    const order = answers[0].location;
    for (const answer of answers) assert.equal(answer.location, order);
    assert.match(await settled(shopper, order), /Paid\./);
    assert.equal((await shopper.get(callbackUrl)).location, order);
    const { body } = await shopper.get(`${order}/wire`);
    const table = body.slice(0, body.indexOf('</table>'));
    assert.equal(table.match(/PUT /g)?.length, 1);
    assert.equal(body.match(/grant_type<\/span>=<span class="string">authorization_code/g)?.length, 1);
  });

  test('with a changed answer is not believed, and nothing is exchanged', async () => {
    const shopper = newShopper();
    const callbackUrl = await atBank(await leaveForBank(shopper, ['ruisnakkari']));
    const back = await shopper.get(callbackUrl.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fother.test'));
    assert.match(await settled(shopper, back.location), /did not pass our checks.*Nothing was charged/);
    assert.match((await shopper.get(`${back.location}/wire`)).body, /CALLBACK_ISSUER_WRONG/);
  });
});

test('what went over the wire shows every step, with no token, code or secret in it', async () => {
  const shopper = newShopper();
  const callbackUrl = await atBank(await leaveForBank(shopper, ['ruisnakkari'], { response_type: 'code id_token' }));
  const fragment = callbackUrl.split('#')[1] ?? '';
  await shopper.get(callbackUrl.split('#')[0] ?? '');
  const back = await shopper.post('/return', { fragment });
  await settled(shopper, back.location);
  const { body } = await shopper.get(`${back.location}/wire`);
  for (let step = 0; step <= 8; step += 1) assert.ok(body.includes(`Step ${step}: `), `step ${step}`);
  for (const text of [
    'at_hash',
    'rt_hash',
    's_hash',
    'c_hash',
    'urn:openbanking:psd2:sca',
    'request object',
    'fits all',
  ]) {
    assert.ok(body.includes(text), text);
  }
  assert.doesNotMatch(body, /could not be repeated/);
  const answer = new URLSearchParams(fragment);
  const secrets = [
    answer.get('code'),
    answer.get('id_token')?.split('.')[2],
    sandbox.tpp.clientSecret,
    sandbox.tpp.apiKey,
  ];
  for (const secret of secrets) {
    assert.ok(secret);
    assert.ok(!body.includes(secret), secret);
  }
});
