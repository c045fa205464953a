import { parseStrictJson } from '@lupa/protocol';
import { scrub } from './wire/redaction.ts';

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

/** Reads the body of a refusal (RFC 6749 section 5.2), without the secrets that it may repeat; empty when it is none. */
export function readOauthError(body: Uint8Array, secrets: readonly string[]): OauthError {
  try {
    const { error, error_description: description } = Object(parseStrictJson(body));
    return oauthError(error, description, secrets);
  } catch {
    return {};
  }
}

/** Takes an OAuth error from a stranger: a malformed one is dropped, a description is cut and cleaned. */
export function oauthError(error: unknown, description: unknown, secrets: readonly string[] = []): OauthError {
  // Secrets are sought in the text as it came: once it is cut or cleaned they could no longer be found.
  const code = typeof error === 'string' ? scrub(error, secrets) : '';
  const words = typeof description === 'string' ? scrub(description, secrets) : '';
  return {
    ...(code.length <= MAX_ERROR_LENGTH && ALLOWED.test(code) ? { error: code } : {}),
    ...(words === '' ? {} : { description: words.slice(0, MAX_DESCRIPTION_LENGTH).replace(NOT_ALLOWED, '?') }),
  };
}
