import type { Approval } from './approval.ts';
import type { Cart } from './cart.ts';
import type { Order } from './orders.ts';
import { randomToken } from './random.ts';

/** What the shop knows about one browser. */
export interface Session {
  readonly id: string;
  /** In every form; a page of another origin cannot read it, so it cannot post in the customer's name. */
  readonly csrfToken: string;
  cart: Cart;
  /** The orders made in this browser, by their id. Nobody else can see them or come back for them. */
  readonly orders: ReadonlyMap<string, Order>;
  /** The latest approval at the bank, for payments that need none of their own. */
  approval?: Approval;
  /** Orders made without asking, by the form they were made with: one that is posted twice makes one. */
  readonly unasked: Map<string, UnaskedOrder>;
}

/** An order that is paid without the customer going to the bank. */
export interface UnaskedOrder {
  readonly order: Order;
  /** The session it lies in. */
  readonly session: Session;
  readonly settled: Promise<void>;
}

/** Idle sessions are forgotten after two hours, and the longest idle ones when there are too many. */
const IDLE_MILLISECONDS = 2 * 60 * 60 * 1000;
const MAX_SESSIONS = 10_000;

/**
 * The sessions, in memory: they end with the process, and a real shop would keep them in its database.
 * The map's order is the order of use, so the longest idle session is always the first.
 */
export class Sessions {
  readonly #byId = new Map<string, { readonly session: Session; lastUsed: number }>();

  /** The session of a cookie. An id that this shop never gave out is nobody's session, and never becomes one. */
  find(id: string | undefined): Session | undefined {
    const found = id === undefined ? undefined : this.#byId.get(id);
    if (found === undefined || found.lastUsed < Date.now() - IDLE_MILLISECONDS) return undefined;
    return this.#keep(found.session);
  }

  start(): Session {
    return this.#keep({
      id: randomToken(),
      csrfToken: randomToken(),
      cart: new Map(),
      orders: new Map(),
      unasked: new Map(),
    });
  }

  /**
   * Puts a new order in a new session, with the cart and the earlier orders. Whoever planted the old id in this browser
   * (session fixation) can at most see the cart, and a form posted twice still finds the old session in its place.
   */
  startWithOrder({ cart, orders, approval, unasked }: Session, order: Order): Session {
    return this.#keep({
      id: randomToken(),
      csrfToken: randomToken(),
      cart,
      orders: new Map([...orders, [order.id, order]]),
      unasked,
      ...(approval === undefined ? {} : { approval }),
    });
  }

  #keep(session: Session): Session {
    this.#byId.delete(session.id);
    this.#byId.set(session.id, { session, lastUsed: Date.now() });
    for (const [id, { lastUsed }] of this.#byId) {
      if (this.#byId.size <= MAX_SESSIONS && lastUsed >= Date.now() - IDLE_MILLISECONDS) break;
      this.#byId.delete(id);
    }
    return session;
  }
}
