import { randomUUID } from 'node:crypto';
import { signDetached } from '@lupa/protocol';
import { SAMPLE } from '../../flow/support/test-tpp.ts';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';

export const PAYMENTS_PATH = '/payments-psd2/v1/sepa-payments';
export const CRLF = '\r\n';

/** Who a request is from, and the token it carries. */
export interface Caller {
  readonly tpp: TppIdentity;
  readonly token: string;
}

/** The body of a payment that says so. */
export function paymentBody(message: string): string {
  return JSON.stringify({ ...SAMPLE, amountEUR: '0.01', message });
}

/** The header lines with which creating a payment of this body is in order, but for what says where the body ends. */
export function signedLines({ tpp, token }: Caller, body: string): string[] {
  return [
    'Host: localhost',
    `x-api-key: ${tpp.apiKey}`,
    `Authorization: Bearer ${token}`,
    `x-idempotency-key: ${randomUUID()}`,
    `x-jws-signature: ${signDetached(Buffer.from(body), tpp.signer)}`,
  ];
}

/** Request line and header lines of a payment to be created, and the empty line. */
export function headOf(caller: Caller, body: string, ...lines: readonly string[]): string {
  return [`POST ${PAYMENTS_PATH} HTTP/1.1`, ...signedLines(caller, body), ...lines, '', ''].join(CRLF);
}

/** A request that creates a payment, with nothing wrong with it. */
export function wholeRequest(caller: Caller, body: string): string {
  return headOf(caller, body, `Content-Length: ${Buffer.byteLength(body)}`) + body;
}

/** One chunk of a chunked body (RFC 9112 section 7.1). */
export function chunk(data: string): string {
  return `${Buffer.byteLength(data).toString(16)}${CRLF}${data}${CRLF}`;
}

export const LAST_CHUNK = `0${CRLF}${CRLF}`;
