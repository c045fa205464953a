import type { IncomingMessage } from 'node:http';
import { type HttpAnswer, HttpFailure } from './http.ts';

/**
 * Reads an answer to its end.
 *
 * @throws HttpFailure `lost` when the connection ends before the announced length, `too-large` as soon as it is longer than allowed
 */
export async function readAnswer(incoming: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      size += chunk.length;
      if (size > maxBytes) throw new HttpFailure('too-large');
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof HttpFailure ? cause : new HttpFailure('lost', { cause });
  }
  if (!incoming.complete) throw new HttpFailure('lost');
  return { status: incoming.statusCode ?? 0, headers: joinHeaders(incoming), body: Buffer.concat(chunks) };
}

/** Every value of every header: Node's own `headers` silently drops the second of some, and a second signature must not pass unseen. */
function joinHeaders(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(incoming.headersDistinct)) headers[name] = (values ?? []).join(', ');
  return headers;
}
