import type { ErrorAddress } from '../domain/error-address.ts';

/** The errors an authorization request can end with (contract §3). */
export interface AuthorizationError {
  readonly error: string;
  readonly description: string;
}

/** What is said of a fault of ours; the logs say the rest. */
export function serverError(requestId: string): AuthorizationError {
  return { error: 'server_error', description: `The bank could not serve this; request id ${requestId}. Try again.` };
}

/** Longest description that is sent. */
const MAX_DESCRIPTION_LENGTH = 300;

/** RFC 6749 section 4.1.2.1 lets a description have these characters and no others. */
const NOT_ALLOWED_IN_DESCRIPTION = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;

/** The address that tells the TPP of an error: `error`, `error_description`, `state` and `iss` (contract §3, RFC 9207). */
export function errorRedirect(
  address: ErrorAddress,
  { error, description }: AuthorizationError,
  issuer: string,
): string {
  const fields = new URLSearchParams({ error, error_description: plain(description) });
  if (address.state !== undefined) fields.set('state', address.state);
  fields.set('iss', issuer);
  const target = new URL(address.redirectUri);
  if (address.responseMode === 'fragment') target.hash = fields.toString();
  else for (const [name, value] of fields) target.searchParams.append(name, value);
  return target.href;
}

function plain(description: string): string {
  return description.slice(0, MAX_DESCRIPTION_LENGTH).replace(NOT_ALLOWED_IN_DESCRIPTION, '?');
}
