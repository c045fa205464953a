import type { FastifyInstance, FastifyRequest } from 'fastify';
import { followPayments } from '../finish-payment.ts';
import { canPayAnew, type Order, orderStage } from '../orders.ts';
import { bankPage } from '../pages/bank-page.ts';
import { orderPage } from '../pages/order-page.ts';
import { ordersPage } from '../pages/orders-page.ts';
import { wirePage } from '../pages/wire-page.ts';
import { Refusal } from '../refusal.ts';
import { sendPage } from '../send-page.ts';
import { findSession, openSession } from '../session-cookie.ts';
import type { Session } from '../sessions.ts';
import type { Shop } from '../shop.ts';
import { startPayment } from '../start-payment.ts';
import { paymentChoices } from './checkout-routes.ts';

type OrderRequest = FastifyRequest<{ Params: { id: string }; Querystring: { live?: string } }>;

export function orderRoutes(app: FastifyInstance, shop: Shop): void {
  app.get('/orders', (request, reply) => sendPage(reply, ordersPage(openSession(shop, request, reply))));

  app.get('/orders/:id', async (request: OrderRequest, reply) => {
    const { order, session } = ownOrder(request);
    await followPayments(shop, order);
    const isLive = request.query.live !== 'off';
    const seconds = refreshSeconds(order);
    if (isLive && seconds !== undefined) reply.header('refresh', String(seconds));
    return sendPage(reply, orderPage(order, session, { isLive, seconds }));
  });

  // The customer's browser goes to the bank from a page of the shop's own: a redirect straight from the checkout form
  // would be blocked by `form-action`, and naming the bank there would not cover the hosts the bank itself goes on to.
  app.get('/orders/:id/bank', (request: OrderRequest, reply) => {
    const { order, session } = ownOrder(request);
    if (order.visit === undefined || orderStage(order) !== 'at-bank') return reply.redirect(`/orders/${order.id}`, 303);
    reply.header('refresh', `0; url=${order.visit.url}`);
    return sendPage(reply, bankPage(order.visit.url, session));
  });

  app.post('/orders/:id/pay', async (request: OrderRequest, reply) => {
    const { order } = ownOrder(request);
    await order.visit?.settled;
    if (orderStage(order) !== 'paying' && order.payments.some(canPayAnew)) {
      await giveUpVisit(order);
      await startPayment(shop, order, paymentChoices(request));
    }
    return reply.redirect(`/orders/${order.id}/bank`, 303);
  });

  app.post('/orders/:id/submit', async (request: OrderRequest, reply) => {
    const { order } = ownOrder(request);
    for (const payment of order.payments) if (payment.problem?.canSubmitAgain) delete payment.problem;
    await followPayments(shop, order);
    return reply.redirect(`/orders/${order.id}`, 303);
  });

  app.get('/orders/:id/wire', (request: OrderRequest, reply) => {
    const { order, session } = ownOrder(request);
    return sendPage(reply, wirePage(order, shop.wire.shared, session));
  });

  /** An order is there only for the browser that made it; for everybody else it does not exist. */
  function ownOrder(request: OrderRequest): { order: Order; session: Session } {
    const session = findSession(shop, request);
    const order = session?.orders.get(request.params.id);
    if (session !== undefined && order !== undefined) return { order, session };
    throw new Refusal(
      404,
      'No such order here',
      'There is no such order in this browser. Orders are shown only where they were made.',
    );
  }

  /** Tidies up at the bank. Should it fail, nothing is lost: what is never submitted is never debited. */
  async function giveUpVisit(order: Order): Promise<void> {
    const { visit } = order;
    if (visit === undefined || orderStage(order) !== 'at-bank') return;
    await shop.wire.for(order, () => shop.tpp.revokeAuthorization(visit.authorizationId)).catch(() => undefined);
  }
}

/** How soon the page of an order that is still being paid loads itself anew; ever later, and at last not at all. */
function refreshSeconds(order: Order): number | undefined {
  if (orderStage(order) !== 'paying') return undefined;
  const minutes =
    (Date.now() - (order.wire.findLast(({ kind }) => kind === 'return')?.at ?? order.created).getTime()) / 60_000;
  return minutes < 5 ? 2 : minutes < 60 ? 15 : undefined;
}
