import type { IncomingMessage } from 'node:http';
import type { ErrorAddress } from '../domain/error-address.ts';
import type { KnownCertificate } from '../ports/certificate-trust.ts';

/** What is known of a request before the library sees it, and the library does not carry along. */
export interface Exchange {
  readonly requestId: string;
  /** Languages of the browser, for a page: the `Accept-Language` header. */
  readonly acceptLanguage: string | undefined;
  /** Where a fault is told to the TPP, once that is proven. */
  readonly errorAddress: ErrorAddress | undefined;
  /** That of the client, let in; undefined for a browser, which has none. */
  readonly certificate: KnownCertificate | undefined;
}

const exchanges = new WeakMap<IncomingMessage, Exchange>();

/** Keeps what is known of a request beside it: the library hands on nothing of ours. */
export function beginExchange(request: IncomingMessage, exchange: Exchange): void {
  exchanges.set(request, exchange);
}

/** @throws Error when the request came past our own routes: that is a mistake of wiring */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = exchanges.get(request);
  if (exchange === undefined) throw new Error('a request reached the authorization server past its own routes');
  return exchange;
}
