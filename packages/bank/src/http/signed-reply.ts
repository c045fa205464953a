import {
  bearerChallenge,
  errorBody,
  errorEntry,
  HEADERS,
  type JwsSigner,
  type LupaError,
  signDetached,
} from '@lupa/protocol';
import type { FastifyReply } from 'fastify';

/** What an operation's result becomes on the wire. */
export interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One answer's bytes and headers, ready to be written by whoever holds the connection. */
export interface SignedAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
}

/** Ids that every answer carries. */
export interface AnswerIds {
  readonly requestId: string;
  readonly interactionId: string;
}

/**
 * Turns an answer into bytes and signs exactly these (contract §5 "Headers of an answer"; workflow step 8).
 */
export function signAnswer(signer: JwsSigner, answer: Answer, ids: AnswerIds): SignedAnswer {
  const bytes = Buffer.from(JSON.stringify(answer.body));
  return {
    status: answer.status,
    bytes,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(bytes.length),
      'cache-control': 'no-store',
      [HEADERS.fapiInteractionId]: ids.interactionId,
      [HEADERS.requestId]: ids.requestId,
      [HEADERS.jwsSignature]: signDetached(bytes, signer),
      ...answer.headers,
    },
  };
}

/** The answer to a refused call (contract §7). */
export function errorAnswer(error: LupaError, requestId: string): Answer {
  const headers: Record<string, string> = {};
  const challenge = bearerChallenge(error.code);
  if (challenge !== undefined) headers['www-authenticate'] = challenge;
  // Whoever is refused for its certificate will be on this connection for as long as it is open.
  if (error.code === 'CERTIFICATE_REFUSED') headers.connection = 'close';
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds);
  return { status: errorEntry(error.code).httpStatus, body: errorBody(error, requestId), headers };
}

/** Sends a signed answer on a Fastify reply. */
export function send(reply: FastifyReply, answer: SignedAnswer): FastifyReply {
  return reply.code(answer.status).headers(answer.headers).send(answer.bytes);
}
