import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { FetchRefused } from '../ports/outside-documents.ts';

/** Nobody who serves one small document needs more headers. */
const MAX_HEADER_BYTES = 16_384;

/** What one GET is made of. */
export interface BoundedGet {
  readonly url: URL;
  /** The IP address to connect to; the URL's host is not looked up again. */
  readonly address: string;
  readonly maxBytes: number;
  /** Ends the request wherever it is, with a `FetchRefused` as its reason. */
  readonly signal: AbortSignal;
  /** PEM: issuers trusted instead of the system's. */
  readonly ca?: string | undefined;
}

/**
 * One GET to one address: no redirect, no compression, no proxy, no connection kept, no byte more than allowed.
 *
 * @throws FetchRefused
 */
export function boundedGet({ url, address, maxBytes, signal, ca }: BoundedGet): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const name = hostOf(url);
    const options: RequestOptions & { servername?: string; ca?: string } = {
      host: address,
      port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, accept: '*/*', 'accept-encoding': 'identity', connection: 'close' },
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      ...(ca === undefined ? {} : { ca }),
      // The certificate must name the URL's host, not the address that host led to.
      ...(isIP(name) === 0 ? { servername: name } : {}),
    };
    const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(options);
    const end = (reason: FetchRefused) => {
      request.destroy();
      reject(reason);
    };
    const abort = () => end(signal.reason as FetchRefused);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    request.once('close', () => signal.removeEventListener('abort', abort));
    request.once('error', (error) => end(unreachable(error)));
    request.once('response', (response) => {
      const refusal = refuseAnswer(response, maxBytes);
      if (refusal !== undefined) return end(refusal);
      collect(response, maxBytes, resolve, end);
    });
    request.end();
  });
}

/** The host of a URL as certificates and look-ups name it: an IPv6 literal without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function refuseAnswer({ statusCode = 0, headers }: IncomingMessage, maxBytes: number): FetchRefused | undefined {
  if (statusCode >= 300 && statusCode < 400) {
    return new FetchRefused(
      'redirected',
      'it answers with a redirect, which is not followed: give the URL it leads to, if that is public',
    );
  }
  if (statusCode !== 200) {
    const code = statusCode === 404 || statusCode === 410 ? 'not-found' : 'failed';
    return new FetchRefused(code, `it answers with HTTP status ${statusCode}, not 200`);
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return new FetchRefused('encoded', 'its answer is compressed although Accept-Encoding: identity was sent');
  }
  return Number(headers['content-length'] ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
}

function collect(
  response: IncomingMessage,
  maxBytes: number,
  done: (bytes: Uint8Array) => void,
  end: (reason: FetchRefused) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) end(tooLarge(maxBytes));
    else chunks.push(chunk);
  });
  response.once('end', () => done(Buffer.concat(chunks)));
  response.once('error', (error) => end(unreachable(error)));
}

function tooLarge(maxBytes: number): FetchRefused {
  return new FetchRefused('too-large', `its answer is larger than ${maxBytes} bytes`);
}

/** Node's error codes name what failed and hold no address; its messages do. */
function unreachable(error: NodeJS.ErrnoException): FetchRefused {
  const code = error.code === undefined ? '' : ` (${error.code})`;
  return new FetchRefused('unreachable', `no answer could be had over a trusted connection${code}`);
}
