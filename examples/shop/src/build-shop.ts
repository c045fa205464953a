import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { problemPage } from './pages/problem-page.ts';
import { Refusal } from './refusal.ts';
import { cartRoutes } from './routes/cart-routes.ts';
import { catalogueRoutes } from './routes/catalogue-routes.ts';
import { checkoutRoutes } from './routes/checkout-routes.ts';
import { orderRoutes } from './routes/order-routes.ts';
import { returnRoutes } from './routes/return-routes.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { sendPage } from './send-page.ts';
import { findSession, hasCsrfToken } from './session-cookie.ts';
import type { Shop } from './shop.ts';
import { serveStaticFiles } from './static-files.ts';

/** The longest form: an ID token, a code and a state in a fragment, with room to spare. */
const BODY_LIMIT_BYTES = 16 * 1024;

/** Puts the shop's pages together; nothing listens yet. */
export async function buildShop(shop: Shop): Promise<FastifyInstance> {
  // Fastify's own log would hold the addresses that customers come back to, and in them the codes.
  const app = Fastify({ logger: false, bodyLimit: BODY_LIMIT_BYTES });
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: BODY_LIMIT_BYTES });
  const isHttps = new URL(shop.redirectUri).protocol === 'https:';

  app.addHook('onRequest', async (_request, reply) => setSecurityHeaders(reply, isHttps));

  // Every form, without exception. SameSite cookies alone would not do: another port of this host is the same site.
  app.addHook('preHandler', async (request) => {
    if (request.method !== 'POST') return;
    const session = findSession(shop, request);
    if (session !== undefined && hasCsrfToken(request, session)) return;
    throw new Refusal(
      403,
      'That form is out of date',
      'It belongs to a session that has ended. Nothing was done; please try once more.',
    );
  });

  app.setNotFoundHandler((request, reply) =>
    refuse(request, reply, new Refusal(404, 'There is nothing here', 'The address leads to no page of this shop.')),
  );
  app.setErrorHandler((error, request, reply) => refuse(request, reply, asRefusal(error)));

  serveStaticFiles(app);
  catalogueRoutes(app, shop);
  cartRoutes(app, shop);
  checkoutRoutes(app, shop);
  orderRoutes(app, shop);
  returnRoutes(app, shop);
  return app;

  function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    { status, title, message, next }: Refusal,
  ): Promise<FastifyReply> {
    return sendPage(reply, problemPage({ title, explanation: message, next }, findSession(shop, request)), status);
  }

  function asRefusal(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    const status: unknown = Object(error).statusCode;
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return new Refusal(status, 'The shop could not read that', 'The request is not one that this shop’s pages make.');
    }
    shop.log(`internal error: ${error instanceof Error ? error.stack : String(error)}`);
    return new Refusal(
      500,
      'Something went wrong in the shop',
      'It is our mistake. If you were paying, look at your order to see how the payment stands.',
    );
  }
}
