import { askOutside, type OutsideAnswer, type OutsideRequest } from '../outside/ask-outside.ts';
import { whyNoAnswer } from '../outside/why-no-answer.ts';

/** There is no answer that could be used; the message says why. */
export class OutsideUnreachable extends Error {
  override readonly name = 'OutsideUnreachable';
}

/** A registration is not made anew lightly: a slow server is waited for. */
const PATIENCE_MS = 20_000;

/** Told of every exchange, for the terminal. */
export type OnFetch = (method: string, url: string, outcome: number | string, durationMs: number) => void;

/**
 * Asks somebody else's server for what a registration needs, and tells of it.
 *
 * @throws OutsideUnreachable; the signal's reason
 */
export async function fetchOutside(
  url: string,
  request: Pick<OutsideRequest, 'method' | 'headers' | 'signal'>,
  onFetch: OnFetch,
): Promise<OutsideAnswer> {
  const startedMs = performance.now();
  const tell = (outcome: number | string) =>
    onFetch(request.method ?? 'GET', url, outcome, performance.now() - startedMs);
  try {
    const answer = await askOutside(url, { ...request, patienceMs: PATIENCE_MS });
    tell(answer.status);
    return answer;
  } catch (error) {
    request.signal?.throwIfAborted();
    const why = whyNoAnswer(error);
    tell(why);
    throw new OutsideUnreachable(`${url} cannot be fetched: ${why}`, { cause: error });
  }
}
