import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addOne, cartLines, parseQuantity, withQuantity } from '../cart.ts';
import type { Product } from '../catalogue.ts';
import { formField } from '../form-field.ts';
import { cartPage } from '../pages/cart-page.ts';
import { Refusal } from '../refusal.ts';
import { sendPage } from '../send-page.ts';
import { openSession } from '../session-cookie.ts';
import type { Shop } from '../shop.ts';

const BACK_TO_CART = { href: '/cart', text: 'Back to the cart' };

export function cartRoutes(app: FastifyInstance, shop: Shop): void {
  app.get('/cart', (request, reply) => {
    const session = openSession(shop, request, reply);
    return sendPage(reply, cartPage(cartLines(session.cart, shop.catalogue), shop.payees.maker?.name, session));
  });

  app.post('/cart/add', (request, reply) => {
    const session = openSession(shop, request, reply);
    session.cart = addOne(session.cart, productOf(request));
    return reply.redirect('/cart', 303);
  });

  app.post('/cart/change', (request, reply) => {
    const session = openSession(shop, request, reply);
    const quantity = parseQuantity(formField(request, 'quantity'));
    if (quantity === undefined)
      throw new Refusal(400, 'That is not a quantity', 'A quantity is a whole number from 0 to 99.', BACK_TO_CART);
    session.cart = withQuantity(session.cart, productOf(request).id, quantity);
    return reply.redirect('/cart', 303);
  });

  function productOf(request: FastifyRequest): Product {
    const product = shop.catalogue.get(formField(request, 'product') ?? '');
    if (product !== undefined) return product;
    throw new Refusal(400, 'We do not have that', 'There is no such product in this shop.', {
      href: '/',
      text: 'See the goods',
    });
  }
}
