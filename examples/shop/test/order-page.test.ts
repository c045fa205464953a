import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { restoreTokens } from '@lupa/tpp';
import { cartLines } from '../src/cart.ts';
import { catalogue } from '../src/catalogue.ts';
import { newOrder, type Order } from '../src/orders.ts';
import { REDIRECT_URI } from './support/silent-bank.ts';
import { openTestShop } from './support/visitor.ts';

const AUTHORIZATION_ID = '01a20238-32a0-704b-9edd-ebfc373783d7';

/** An order whose payment the bank has accepted and not yet booked. */
function acceptedOrder(returnedMinutesAgo: number): Order {
  const goods = catalogue(['shop']);
  const order = newOrder(
    10_001,
    cartLines(
      new Map([
        ['kuksa', 1],
        ['ryijy', 1],
      ]),
      goods,
    ),
    {
      shop: { iban: 'FI1750009400123451', name: 'Tuohi' },
    },
  );
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const tokens = {
    accessToken: 'a',
    authorizationId: AUTHORIZATION_ID,
    scope: 'openid payments',
    expiresAt,
    nonce: 'n',
  };
  order.visit = {
    authorizationId: AUTHORIZATION_ID,
    url: 'https://bank.test/oauth/authorize',
    pending: {
      issuer: 'https://bank.test',
      authorizationId: AUTHORIZATION_ID,
      responseType: 'code',
      redirectUri: REDIRECT_URI,
      state: 'the-state',
      nonce: 'n',
      expiresAt,
    },
    settled: Promise.resolve(),
    tokens: restoreTokens(tokens),
  };
  const at = new Date(Date.now() - returnedMinutesAgo * 60_000);
  order.wire.push({ kind: 'return', at, url: `${REDIRECT_URI}?state=the-state`, responseType: 'code' });
  for (const payment of order.payments) {
    Object.assign(payment, {
      paymentId: AUTHORIZATION_ID,
      status: 'Authorized',
      submissionId: 'tuohi-10001-1',
      submission: { submissionId: 'tuohi-10001-1', status: 'Accepted', created: '', modified: '' },
    });
  }
  return order;
}

async function visitorOf(order: Order) {
  const shop = await openTestShop();
  const visitor = shop.visitor();
  visitor.cookie = shop.sessions.startWithOrder(shop.sessions.start(), order).id;
  return visitor;
}

describe('the page of an order that is being paid', () => {
  test('looks again by itself, and offers to stop that', async () => {
    const order = acceptedOrder(0);
    const visitor = await visitorOf(order);
    const live = await visitor.get(`/orders/${order.id}`);
    assert.equal(live.headers.refresh, '2');
    assert.match(live.body, /Your payment is on its way/);
    assert.match(live.body, /aria-current="step">\s*<strong>Accepted/);
    const still = await visitor.get(`/orders/${order.id}?live=off`);
    assert.equal(still.headers.refresh, undefined);
    assert.match(still.body, /This page stands still/);
  });

  test('looks less often after five minutes, and no more after an hour', async () => {
    for (const [minutes, refresh] of [
      [4.9, '2'],
      [5.1, '15'],
      [59, '15'],
      [61, undefined],
    ] as const) {
      const order = acceptedOrder(minutes);
      assert.equal(
        (await (await visitorOf(order)).get(`/orders/${order.id}`)).headers.refresh,
        refresh,
        String(minutes),
      );
    }
  });

  test('does not say that nothing was charged when the bank cannot be asked, and takes no second payment', async () => {
    const order = acceptedOrder(0);
    const visitor = await visitorOf(order);
    const { body } = await visitor.get(`/orders/${order.id}`);
    assert.doesNotMatch(body, /Nothing was charged|Pay again/);
    await visitor.post(`/orders/${order.id}/pay`, {});
    assert.equal(order.visit?.pending.state, 'the-state');
    assert.equal(order.payments[0]?.submission?.status, 'Accepted');
  });

  test('shows a replayed return as the order it belongs to', async () => {
    const order = acceptedOrder(0);
    const answer = await (await visitorOf(order)).get('/return?code=again&state=the-state&iss=https://bank.test');
    assert.equal(answer.headers.location, `/orders/${order.id}`);
  });
});
