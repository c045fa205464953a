import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cartLines } from '../cart.ts';
import { formField } from '../form-field.ts';
import { newOrder } from '../orders.ts';
import { giveSession, openSession } from '../session-cookie.ts';
import type { Shop } from '../shop.ts';
import { type PaymentChoices, startPayment } from '../start-payment.ts';

export function checkoutRoutes(app: FastifyInstance, shop: Shop): void {
  app.post('/checkout', async (request, reply) => {
    const session = openSession(shop, request, reply);
    const lines = cartLines(session.cart, shop.catalogue);
    if (lines.length === 0) return reply.redirect('/cart', 303);
    const order = newOrder(shop.nextOrderNumber(), lines, shop.payees);
    await startPayment(shop, order, paymentChoices(request));
    giveSession(shop, reply, shop.sessions.startWithOrder(session, order));
    return reply.redirect(`/orders/${order.id}/bank`, 303);
  });
}

/** What the customer chose under "For developers", and what the bank should know about the browser. */
export function paymentChoices(request: FastifyRequest): PaymentChoices {
  const userAgent = request.headers['user-agent'];
  return {
    responseType: formField(request, 'response_type') === 'code id_token' ? 'code id_token' : 'code',
    paymentOrder: formField(request, 'payment_order') === 'SEPA_INST' ? 'SEPA_INST' : 'SEPA',
    customer: { ipAddress: request.ip, ...(userAgent === undefined ? {} : { userAgent }) },
  };
}
