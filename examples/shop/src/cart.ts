import { asCents, type Cents } from '@lupa/tpp';
import type { Catalogue, Product } from './catalogue.ts';

/** How many of each product, by product id; never zero. */
export type Cart = ReadonlyMap<string, number>;

export interface CartLine {
  readonly product: Product;
  readonly quantity: number;
  readonly total: Cents;
}

/** The most of one product that one order may have: a limit of this shop. */
export const MAX_QUANTITY = 99;

/** Reads a quantity from a form: plain digits from 0 (which removes the line) to 99, or `undefined`. */
export function parseQuantity(text: string | undefined): number | undefined {
  return text !== undefined && /^(?:0|[1-9][0-9]?)$/.test(text) ? Number(text) : undefined;
}

/** One more of a product, up to the limit. */
export function addOne(cart: Cart, product: Product): Cart {
  return withQuantity(cart, product.id, Math.min((cart.get(product.id) ?? 0) + 1, MAX_QUANTITY));
}

export function withQuantity(cart: Cart, productId: string, quantity: number): Cart {
  const changed = new Map(cart).set(productId, quantity);
  if (quantity <= 0) changed.delete(productId);
  return changed;
}

/** What is left in the cart when an order is paid: whatever was put in after the order was made. */
export function withoutOrdered(cart: Cart, lines: readonly CartLine[]): Cart {
  return lines.reduce(
    (left, { product, quantity }) => withQuantity(left, product.id, (left.get(product.id) ?? 0) - quantity),
    cart,
  );
}

/** The cart with its prices, in the order of the catalogue. Prices come from the catalogue, never from the browser. */
export function cartLines(cart: Cart, catalogue: Catalogue): CartLine[] {
  return [...catalogue.values()].flatMap((product) => {
    const quantity = cart.get(product.id);
    return quantity === undefined ? [] : [{ product, quantity, total: asCents(product.price * quantity) }];
  });
}

export function totalOf(lines: readonly CartLine[]): Cents {
  return asCents(lines.reduce((sum, { total }) => sum + total, 0));
}
