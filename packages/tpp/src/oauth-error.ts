import { parseStrictJson } from '@lupa/protocol';

/** RFC 6749 section 4.1.2.1: the characters `error` and `error_description` are made of. */
const ALLOWED = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;
const NOT_ALLOWED = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;

const MAX_ERROR_LENGTH = 64;
const MAX_DESCRIPTION_LENGTH = 300;

/** An OAuth error, in characters that can be shown and logged. */
export interface OauthError {
  readonly error?: string;
  readonly description?: string;
}

/** Reads the body of a refusal (RFC 6749 section 5.2); empty when it is none. */
export function readOauthError(body: Uint8Array): OauthError {
  try {
    const { error, error_description: description } = Object(parseStrictJson(body));
    return oauthError(error, description);
  } catch {
    return {};
  }
}

/** Takes an OAuth error from a stranger: a malformed one is dropped, a description is cut and cleaned. */
export function oauthError(error: unknown, description: unknown): OauthError {
  const isError = typeof error === 'string' && error.length <= MAX_ERROR_LENGTH && ALLOWED.test(error);
  const isDescription = typeof description === 'string' && description !== '';
  return {
    ...(isError ? { error } : {}),
    ...(isDescription ? { description: description.slice(0, MAX_DESCRIPTION_LENGTH).replace(NOT_ALLOWED, '?') } : {}),
  };
}
