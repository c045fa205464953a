import type { FastifyInstance } from 'fastify';
import { cataloguePage } from '../pages/catalogue-page.ts';
import { sendPage } from '../send-page.ts';
import { openSession } from '../session-cookie.ts';
import type { Shop } from '../shop.ts';

export function catalogueRoutes(app: FastifyInstance, shop: Shop): void {
  app.get('/', (request, reply) =>
    sendPage(reply, cataloguePage(shop.catalogue, shop.payees.maker?.name, openSession(shop, request, reply))),
  );
}
