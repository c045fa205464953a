import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { parseStrictJson } from '@lupa/protocol';

/** What somebody else's server answered. */
export interface OutsideAnswer {
  readonly status: number;
  /** When it says it answered. */
  readonly date: Date | undefined;
  /** `undefined` when the body is none. */
  readonly json: unknown;
}

export interface OutsideRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM of the issuers trusted, instead of Node's own. */
  readonly ca?: string | readonly string[] | undefined;
  /** How long the whole answer may take; 5 seconds when absent. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

const PATIENCE_MS = 5_000;
const MAX_BYTES = 1_048_576;

/**
 * Asks somebody else's server for JSON, bounded in time and size; no redirect is followed.
 *
 * @throws the signal's reason; any Error, which `whyNoAnswer` puts in words, when there is no answer that could be used
 */
export async function askOutside(address: string, request: OutsideRequest = {}): Promise<OutsideAnswer> {
  const { signal, patienceMs = PATIENCE_MS } = request;
  const patience = AbortSignal.timeout(patienceMs);
  try {
    return await exchange(address, request, signal === undefined ? patience : AbortSignal.any([signal, patience]));
  } catch (error) {
    signal?.throwIfAborted();
    if (patience.aborted) throw new Error(`no answer within ${patienceMs / 1000} seconds`, { cause: error });
    throw error;
  }
}

function exchange(
  address: string,
  { method = 'GET', headers, ca }: OutsideRequest,
  signal: AbortSignal,
): Promise<OutsideAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<OutsideAnswer>();
  const options = { method, signal, headers: { accept: 'application/json', connection: 'close', ...headers } };
  const onAnswer = (answer: IncomingMessage) => readAnswer(answer).then(resolve, reject);
  const request =
    new URL(address).protocol === 'https:'
      ? tlsRequest(address, { ...options, ...(ca === undefined ? {} : { ca: [ca].flat() }) }, onAnswer)
      : plainRequest(address, options, onAnswer);
  request.on('error', reject);
  request.end();
  return promise.finally(() => request.destroy());
}

async function readAnswer(answer: IncomingMessage): Promise<OutsideAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error('the answer is larger than 1 MiB');
    chunks.push(chunk);
  }
  const date = new Date(answer.headers.date ?? '');
  return {
    status: answer.statusCode ?? 0,
    date: Number.isNaN(date.getTime()) ? undefined : date,
    json: jsonOf(Buffer.concat(chunks)),
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return parseStrictJson(body);
  } catch {
    return undefined;
  }
}
