/** Why a certificate was revoked (RFC 5280 section 5.3.1), as far as a CA says it of a TPP. */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;

export type RevocationReason = (typeof REVOCATION_REASONS)[number];

/** A certificate the sandbox CA takes no responsibility for any more. */
export interface Revocation {
  /** Of the certificate: lower-case hex without leading zeros. */
  readonly serial: string;
  /** ISO 8601 */
  readonly revokedAt: string;
  readonly reason: RevocationReason;
}

export function isRevocationReason(text: string): text is RevocationReason {
  return (REVOCATION_REASONS as readonly string[]).includes(text);
}
