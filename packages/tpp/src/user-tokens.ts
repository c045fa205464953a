import { Secret } from './secret.ts';
import { argumentInvalid } from './tpp-error.ts';

/** What a customer's approval gave: the tokens of one authorization. Prints without its secrets. */
export interface UserTokens {
  /** Submits and reads the payments of `authorizationId`. */
  readonly accessToken: Secret;
  /** Renews them, for at most 45 days. */
  readonly refreshToken?: Secret;
  readonly authorizationId: string;
  /** As granted, such as `openid payments`. */
  readonly scope: string;
  /** When the access token ends, ISO 8601. */
  readonly expiresAt: string;
  /** Of the authorization request; every later ID token repeats it. */
  readonly nonce: string;
}

/** `UserTokens` in the open, to be stored encrypted. */
export interface StoredUserTokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly authorizationId: string;
  readonly scope: string;
  readonly expiresAt: string;
  readonly nonce: string;
}

/** Opens tokens for a store. What comes out is plain JSON and secret: encrypt it, and never log it. */
export function revealTokens(tokens: UserTokens): StoredUserTokens {
  const { accessToken, refreshToken, ...others } = tokens;
  return {
    ...others,
    accessToken: accessToken.reveal(),
    ...(refreshToken === undefined ? {} : { refreshToken: refreshToken.reveal() }),
  };
}

/** Takes tokens back from a store. @throws TppError ARGUMENT_INVALID when they are not what `revealTokens` gave */
export function restoreTokens(stored: StoredUserTokens): UserTokens {
  const { accessToken, refreshToken, authorizationId, scope, expiresAt, nonce } = stored;
  for (const value of [accessToken, authorizationId, scope, expiresAt, nonce]) {
    if (typeof value !== 'string' || value === '')
      throw argumentInvalid('these are not tokens as revealTokens gave them');
  }
  return {
    accessToken: new Secret(accessToken),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    authorizationId,
    scope,
    expiresAt,
    nonce,
  };
}
