import { AsyncLocalStorage } from 'node:async_hooks';
import type { ExchangeRecord, ResponseType } from '@lupa/tpp';
import type { PaymentWish } from '../payment-wish.ts';
import type { Problem } from '../problem.ts';
import { withoutSecrets } from './without-secrets.ts';

/** One thing that happened on the way of a payment. */
export type WireEntry = Wish | Exchange | Departure | Return;

/** The customer wants to pay: every attempt begins with this. */
export interface Wish {
  readonly kind: 'wish';
  readonly at: Date;
  readonly payments: readonly PaymentWish[];
  /** Whether the attempt is made without asking the customer: the exemption flow. */
  readonly isUnasked?: true;
}

/** A request of the shop to the bank, and its answer. */
export interface Exchange {
  readonly kind: 'exchange';
  readonly at: Date;
  readonly record: ExchangeRecord;
}

/** The customer's browser is sent to the bank. */
export interface Departure {
  readonly kind: 'departure';
  readonly at: Date;
  readonly url: string;
}

/** The customer's browser comes back. */
export interface Return {
  readonly kind: 'return';
  readonly at: Date;
  /** The address it came back to, without the code. */
  readonly url: string;
  readonly responseType: ResponseType;
  /** Why the shop did not go on; absent when every check of the answer and of the tokens passed. */
  refusal?: Problem;
}

/**
 * Sorts what the SDK reports into the orders it belongs to. The shop has one `Tpp` for all its customers; Node's
 * asynchronous context tells during whose call an exchange took place.
 */
export class WireLog {
  readonly #current = new AsyncLocalStorage<WireEntry[]>();
  readonly #shared = new Map<string, Exchange>();

  /** The SDK's `onExchange`. */
  readonly record = (record: ExchangeRecord): void => {
    const entry: Exchange = { kind: 'exchange', at: record.startedAt, record };
    this.#current.getStore()?.push(entry);
    const isShared = record.purpose === 'discovery' || record.purpose === 'keys' || isClientToken(record);
    if (isShared) this.#shared.set(record.request.url, entry);
  };

  /** Runs calls of the SDK for one order. */
  for<Result>(order: { readonly wire: WireEntry[] }, calls: () => Promise<Result>): Promise<Result> {
    return this.#current.run(order.wire, calls);
  }

  /** The latest of what one fetch brings for many orders: the discovery document, key sets, the shop's own access token. */
  get shared(): readonly Exchange[] {
    return [...this.#shared.values()];
  }
}

/** The entry for a customer who came back just now. */
export function returned(callbackUrl: string, responseType: ResponseType): Return {
  return { kind: 'return', at: new Date(), url: withoutSecrets(callbackUrl), responseType };
}

/** Whether it fetched the token with which the shop speaks for itself (`client_credentials`). */
export function isClientToken({ purpose, request }: ExchangeRecord): boolean {
  return purpose === 'token' && (request.body ?? '').includes('grant_type=client_credentials');
}
