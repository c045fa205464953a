import type { KeyObject } from 'node:crypto';
import type { KeyTimes } from '../domain/key-schedule.ts';

/** One of the bank's signing keys, and when it signs. */
export interface BankKey extends KeyTimes {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly privateKey: KeyObject;
}

/**
 * The bank's own keys. Of each list the key signs that began last, by the bank's clock; without times the first one. All that have not
 * retired are published, so that keys can rotate without a pause (`domain/key-schedule.ts`).
 */
export interface BankKeys {
  /** For `x-jws-signature` on answers; published at `/jwks/payments/jwks.json`. */
  readonly responseSigning: readonly [BankKey, ...BankKey[]];
  /** For ID tokens; RS256; published at `/oauth/jwks/PSD2_OIDC`. */
  readonly idTokens: readonly [BankKey, ...BankKey[]];
  /** For cookies; those of the start stay. */
  readonly cookieKeys: readonly [string, ...string[]];
}

/** Where keys come from that may change while the bank runs. */
export interface BankKeySource {
  /** Reads the keys there are now; the same object as before when nothing has changed. When it fails, the last ones serve on. */
  read(): Promise<BankKeys>;
}
