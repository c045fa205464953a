import type { KeyObject } from 'node:crypto';

/** One of the bank's signing keys. */
export interface BankKey {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly privateKey: KeyObject;
}

/** The bank's own keys. The first of each list signs; all are published, so that keys can rotate without a pause. */
export interface BankKeys {
  /** For `x-jws-signature` on answers; published at `/jwks/payments/jwks.json`. */
  readonly responseSigning: readonly [BankKey, ...BankKey[]];
  /** For ID tokens; RS256; published at `/oauth/jwks/PSD2_OIDC`. */
  readonly idTokens: readonly [BankKey, ...BankKey[]];
  /** For cookies. */
  readonly cookieKeys: readonly [string, ...string[]];
}
