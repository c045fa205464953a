import type { CertificateRefusal } from '@lupa/certificates';
import { LupaError } from '@lupa/protocol';
import type { errors, KoaContextWithOIDC } from 'oidc-provider';
import { exchangeOf } from './exchange.ts';
import { serverError } from './redirect-answer.ts';

/** Answers to TPP back ends are JSON of RFC 6749 section 5, and no cache keeps them. */
function answerJson(context: KoaContextWithOIDC, status: number, body: Record<string, unknown>): void {
  context.status = status;
  context.body = body;
}

export function answerInvalidGrant(context: KoaContextWithOIDC, description: string): void {
  answerJson(context, 400, { error: 'invalid_grant', error_description: description });
}

/** A fault of ours. Whether it is worth trying again soon is told by the status. */
export function answerFault(context: KoaContextWithOIDC, fault: unknown): void {
  const { error, description } = serverError(exchangeOf(context.req).requestId);
  const isTransient = fault instanceof LupaError && fault.retryAfterSeconds !== undefined;
  if (isTransient) context.set('Retry-After', String(fault.retryAfterSeconds));
  answerJson(context, isTransient ? 503 : 500, { error, error_description: description });
}

/** Before the client has proven itself, whatever else is wrong is not told: it is `401 invalid_client` (contract §2). */
export function answerUnprovenClient(context: KoaContextWithOIDC): void {
  answerJson(context, 401, { error: 'invalid_client', error_description: UNPROVEN_CLIENT });
}

/** Whoever has the secret and the registered certificate is told what is wrong with that. */
export function answerRefusedCertificate(context: KoaContextWithOIDC, { message }: CertificateRefusal): void {
  answerJson(context, 401, { error: 'invalid_client', error_description: message });
}

const UNPROVEN_CLIENT =
  'The client is not authenticated. Send client_id and client_secret in the body, each once, over a connection with the registered certificate.';

/** Details of the library that help the caller mend its request. Other people's codes and tokens are as unknown as none. */
const WHAT_WAS_WRONG: Readonly<Record<string, string>> = {
  'client mismatch': 'The code or token is unknown.',
  'authorization code not found': 'The code or token is unknown.',
  'refresh token not found': 'The code or token is unknown.',
  'authorization code is expired': 'The code has expired. Send the customer through the authorization anew.',
  'authorization code already consumed': 'The code was used before; what it gave is revoked.',
  'authorization code redirect_uri mismatch': 'The redirect_uri is not the one of the authorization request.',
  'refresh token is expired': 'The refresh token has expired. Send the customer through the authorization anew.',
  'refresh token already used':
    'The refresh token was renewed before, and the new one used; the whole family is revoked.',
  'grant not found': 'What the customer approved has been revoked.',
  'grant is expired': 'What the customer approved has expired.',
  'authorization code invalid (referenced account not found)': 'The authorization no longer stands.',
  'refresh token invalid (referenced account not found)': 'The authorization no longer stands.',
};

/** RFC 6749 section 5.2 has a code of its own for a grant the client may not use; the library calls it an invalid request. */
export function isForeignGrant(error: errors.OIDCProviderError | undefined): boolean {
  return error?.error_description === 'requested grant type is not allowed for this client';
}

export function answerForeignGrant(context: KoaContextWithOIDC): void {
  answerJson(context, 400, { error: 'unauthorized_client', error_description: FOREIGN_GRANT });
}

const FOREIGN_GRANT =
  'The client did not register this grant_type. Add it to the grant_types of the registration first.';

export function describeGrantError(error: errors.OIDCProviderError | undefined): string | undefined {
  return error?.error_detail === undefined ? undefined : WHAT_WAS_WRONG[error.error_detail];
}

/** `token_type` is `bearer` in lower case in every answer (contract §2); nothing here is for a browser's scripts. */
export function shapeAnswer(context: KoaContextWithOIDC): void {
  context.set('Cache-Control', 'no-store');
  context.set('Pragma', 'no-cache');
  context.remove('Access-Control-Allow-Origin');
  context.remove('Access-Control-Expose-Headers');
  context.remove('Vary');
  const { body } = context;
  if (!isRecord(body)) return;
  if (typeof body.token_type === 'string') body.token_type = body.token_type.toLowerCase();
  // The library repeats the scope it refused; RFC 6749 section 5.2 has no such member.
  if (typeof body.error === 'string') delete body.scope;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}
