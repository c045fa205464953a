import { parseStrictJson } from '@lupa/protocol';

/** What somebody else's server answered. */
export interface OutsideAnswer {
  readonly status: number;
  readonly json: unknown;
}

/** There is no answer that could be used; the message says why. */
export class OutsideUnreachable extends Error {
  override readonly name = 'OutsideUnreachable';
}

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 1_048_576;

/** Told of every exchange, for the terminal. */
export type OnFetch = (method: string, url: string, outcome: number | string, durationMs: number) => void;

/**
 * Fetches JSON from somebody else, bounded in time and size; no redirect is followed.
 *
 * @returns `json` is `undefined` when the body is none
 * @throws OutsideUnreachable; the signal's reason
 */
export async function fetchOutside(
  url: string,
  init: { readonly method?: 'GET' | 'POST'; readonly headers?: Record<string, string>; readonly signal?: AbortSignal },
  onFetch: OnFetch,
): Promise<OutsideAnswer> {
  const { method = 'GET', headers = {}, signal } = init;
  const startedMs = performance.now();
  const tell = (outcome: number | string) => onFetch(method, url, outcome, performance.now() - startedMs);
  try {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(url, {
      method,
      headers: { accept: 'application/json', ...headers },
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const body = await readBounded(answer);
    tell(answer.status);
    return { status: answer.status, json: jsonOf(body) };
  } catch (error) {
    signal?.throwIfAborted();
    const why = reasonOf(error);
    tell(why);
    throw new OutsideUnreachable(`${url} cannot be fetched (${why})`, { cause: error });
  }
}

async function readBounded(answer: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('the answer is larger than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return parseStrictJson(body);
  } catch {
    return undefined;
  }
}

/** What fetch hides in causes of causes. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  const { cause } = error;
  const all = cause instanceof AggregateError ? cause.errors : [cause];
  const [code] = all.flatMap((each) => (each instanceof Error && 'code' in each ? [String(each.code)] : []));
  return code ?? (cause instanceof Error ? cause.message : error.message);
}
