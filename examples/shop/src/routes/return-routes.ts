import type { UserTokens } from '@lupa/tpp';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Approval } from '../approval.ts';
import { withoutOrdered } from '../cart.ts';
import { settleVisit } from '../finish-payment.ts';
import { formField } from '../form-field.ts';
import type { Order } from '../orders.ts';
import { returnPage } from '../pages/return-page.ts';
import { Refusal } from '../refusal.ts';
import { allowOwnScript } from '../security-headers.ts';
import { sendPage } from '../send-page.ts';
import { findSession } from '../session-cookie.ts';
import type { Session } from '../sessions.ts';
import type { Shop } from '../shop.ts';

/** Where the bank sends the customer back to. */
export function returnRoutes(app: FastifyInstance, shop: Shop): void {
  const { pathname } = new URL(shop.redirectUri);

  app.get(pathname, (request, reply) => {
    const session = returningSession(request);
    const query = new URL(request.url, shop.redirectUri).search;
    if (query !== '') return finish(`${shop.redirectUri}${query}`, new URLSearchParams(query), session, reply);
    // No query: the answer of `code id_token` stands in the fragment, which only a script can read.
    allowOwnScript(reply);
    return sendPage(reply, returnPage(pathname, session));
  });

  app.post(pathname, (request, reply) => {
    const fragment = formField(request, 'fragment') ?? '';
    return finish(`${shop.redirectUri}#${fragment}`, new URLSearchParams(fragment), returningSession(request), reply);
  });

  /**
   * The one who comes back must be the one who left: the answer's `state` must belong to an order of this browser's session.
   * Otherwise nothing is exchanged, and the order that the state does belong to stays as it is.
   */
  async function finish(
    callbackUrl: string,
    answer: URLSearchParams,
    session: Session,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const state = answer.get('state');
    const order = [...session.orders.values()].find(({ visit }) => visit?.pending.state === state);
    if (order?.visit === undefined) throw notTheOneWhoLeft();
    const isFirstAnswer = order.visit.settled === undefined;
    await settleVisit(shop, order, order.visit, callbackUrl);
    if (isFirstAnswer && order.visit?.tokens !== undefined) keepApproval(session, order, order.visit.tokens);
    return reply.redirect(`/orders/${order.id}`, 303);
  }

  function returningSession(request: FastifyRequest): Session {
    const session = findSession(shop, request);
    if (session === undefined || session.orders.size === 0) throw notTheOneWhoLeft();
    return session;
  }
}

/** The goods are bought, and the customer need not approve a small purchase that follows. */
function keepApproval(session: Session, { lines, payments }: Order, tokens: UserTokens): void {
  session.cart = withoutOrdered(session.cart, lines);
  const { payerIban } = payments.find((payment) => payment.payerIban !== undefined) ?? {};
  if (payerIban !== undefined) session.approval = new Approval(payerIban, tokens);
}

function notTheOneWhoLeft(): Refusal {
  return new Refusal(
    403,
    'This payment was not started here',
    'An answer from a bank arrived, but it does not belong to any payment that this browser is making. Nothing was done with it and nothing was charged. If you were paying, go back to the browser you started in.',
  );
}
