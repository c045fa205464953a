import { HEADERS } from '@lupa/protocol';
import type { HttpAnswer } from './http.ts';
import { scrub } from './redaction.ts';

/** Printable and short, so that it can be logged as it is. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** The bank's id of a request, from its header; `undefined` when it is none. */
export function requestIdOf({ headers }: HttpAnswer, secrets: readonly string[]): string | undefined {
  return asRequestId(headers[HEADERS.requestId], secrets);
}

/** Takes a request id from a stranger. */
export function asRequestId(value: unknown, secrets: readonly string[]): string | undefined {
  return typeof value === 'string' && REQUEST_ID.test(value) ? scrub(value, secrets) : undefined;
}
