import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Agent, type RequestOptions, request } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** An answer as it came: its bytes are what a signature covers. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

export interface HttpsCall {
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** Certificate, key and trusted issuers, PEM; or whatever else a test wants of the connection. */
  readonly tls: RequestOptions;
  readonly agent?: Agent;
}

/** Sends one request as it is told: no header is added but `Host`, `Connection` and the body's length, unless it goes in chunks. */
export async function callHttps({ url, method, headers = {}, body, tls, agent }: HttpsCall): Promise<Answer> {
  const hasLength = body !== undefined && headers['transfer-encoding'] === undefined;
  const sized = !hasLength ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const call = request(url, { method, ...tls, agent: agent ?? false, headers: { ...sized, ...headers } });
  const answered = once(call, 'response') as Promise<[IncomingMessage]>;
  call.end(body);
  const [response] = await answered;
  return { status: response.statusCode ?? 0, headers: response.headers, bytes: await buffer(response) };
}

/** The body as JSON. The caller says what it expects; the assertions that follow check it. */
export function jsonOf<Body>(answer: Pick<Answer, 'bytes'>): Body {
  return JSON.parse(answer.bytes.toString('utf8')) as Body;
}
