import type { IncomingMessage } from 'node:http';

/**
 * What Node's parser lets pass, and a proxy in front of us may read otherwise: where a request ends, and which host it is for, must
 * mean the same to both (RFC 9112 sections 3.2, 6.1 and 6.3; RFC 9110 section 10.1.1).
 *
 * @returns why a request is refused, and with it everything else that its connection brings; undefined when it is in order
 */
export function framingFault({ headers, httpVersion }: IncomingMessage): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'The version of HTTP must be 1.1.';
  const { host, expect, 'transfer-encoding': encoding } = headers;
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) {
    return 'Transfer-Encoding may only be chunked, and only in HTTP/1.1.';
  }
  if (host === undefined ? httpVersion !== '1.0' : host.includes(',')) return 'Host must be sent, and once.';
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') return 'Expect may only be 100-continue.';
  return undefined;
}
