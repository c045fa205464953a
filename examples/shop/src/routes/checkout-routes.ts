import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cartLines } from '../cart.ts';
import { formField } from '../form-field.ts';
import { newOrder } from '../orders.ts';
import { mayGoUnasked, payWithoutAsking } from '../pay-without-asking.ts';
import { giveSession, openSession } from '../session-cookie.ts';
import type { Session, UnaskedOrder } from '../sessions.ts';
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

  app.post('/checkout/unasked', async (request, reply) => {
    const session = openSession(shop, request, reply);
    const form = formField(request, 'form') ?? '';
    const unasked = session.unasked.get(form) ?? orderUnasked(shop, session, form, paymentChoices(request));
    if (unasked === undefined) return reply.redirect('/cart', 303);
    await unasked.settled;
    if (!session.orders.has(unasked.order.id)) giveSession(shop, reply, unasked.session);
    return reply.redirect(`/orders/${unasked.order.id}`, 303);
  });
}

/**
 * Makes an order and pays it at once. A customer who presses the button twice, or reloads, must not pay twice: the form's own
 * name finds the order that was made with it, and the cart is empty before the first call is made.
 */
function orderUnasked(shop: Shop, session: Session, form: string, choices: PaymentChoices): UnaskedOrder | undefined {
  const { approval, cart } = session;
  const lines = cartLines(cart, shop.catalogue);
  if (approval === undefined || form === '' || !mayGoUnasked(lines)) return undefined;
  const order = newOrder(shop.nextOrderNumber(), lines, shop.payees);
  session.cart = new Map();
  const next = shop.sessions.startWithOrder(session, order);
  const settled = payWithoutAsking(shop, order, approval, choices).then(() => {
    const { exemption } = order;
    if (exemption?.kind === 'granted' || exemption?.kind === 'open') return;
    next.cart = new Map([...cart, ...next.cart]);
    if (exemption?.refusal !== 'sum') delete next.approval;
  });
  const unasked = { order, session: next, settled };
  session.unasked.set(form, unasked);
  return unasked;
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
