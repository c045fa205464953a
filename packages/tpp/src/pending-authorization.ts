import type { ResponseType } from '@lupa/protocol';
import { argumentInvalid } from './tpp-error.ts';

/**
 * What a TPP has to remember of a customer who is at the bank: plain JSON for that customer's session. It works once, for whoever holds
 * it, until it expires; take it out of the session before it is used.
 */
export interface PendingAuthorization {
  readonly issuer: string;
  readonly authorizationId: string;
  readonly responseType: ResponseType;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** Longest stay at the bank: the request object's largest lifetime (contract §3), and the patience of a shop. */
export const PENDING_LIFETIME_SECONDS = 3600;

/** A session may hold what an older version, or nobody, put there. @throws TppError ARGUMENT_INVALID */
export function checkPending(pending: PendingAuthorization): void {
  const { issuer, authorizationId, responseType, redirectUri, state, nonce, expiresAt } = Object(pending);
  for (const value of [issuer, authorizationId, responseType, redirectUri, state, nonce, expiresAt]) {
    if (typeof value !== 'string' || value === '') {
      throw argumentInvalid('this is not a pending authorization as authorizationUrl gave it');
    }
  }
}
