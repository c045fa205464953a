import type { FetchException } from '../guarded-fetch.ts';

/** How the bank follows what issuers revoke. */
export interface RevocationSettings {
  /**
   * The operator's own word on where lists are, for issuers whose certificates name none, or one the bank cannot reach. Fetched
   * wherever they lie, in the bank's own network too. Where one of them speaks for an issuer, those its certificates name are not asked.
   */
  readonly lists?: readonly { readonly url: string }[];
  /** How often each list is fetched anew: 1 to 40, default 20. A revoked certificate is then refused within a minute. */
  readonly refreshSeconds?: number;
  /** How long the last good list serves when no newer one can be had; default 3600. */
  readonly graceSeconds?: number;
  /** Lists named in certificates are fetched from public addresses only; these may be elsewhere. */
  readonly exceptions?: readonly FetchException[];
}

/** What is left of the settings once every default is filled in. */
export interface RevocationTimes {
  readonly refreshSeconds: number;
  readonly graceSeconds: number;
}

const DEFAULT_REFRESH_SECONDS = 20;
/**
 * With this, and what another process fetched up to 10 s ago taken over, and 5 s for the fetch, a revocation is known within a
 * minute everywhere.
 */
const LONGEST_REFRESH_SECONDS = 40;
/** "When the list cannot be had the last one serves for an hour, then calls are refused." */
const DEFAULT_GRACE_SECONDS = 3_600;
const LONGEST_GRACE_SECONDS = 86_400;

/** @throws RangeError when a time is not a whole number within its limits */
export function revocationTimes({ refreshSeconds, graceSeconds }: RevocationSettings = {}): RevocationTimes {
  return {
    refreshSeconds: within('refreshSeconds', refreshSeconds ?? DEFAULT_REFRESH_SECONDS, 1, LONGEST_REFRESH_SECONDS),
    graceSeconds: within('graceSeconds', graceSeconds ?? DEFAULT_GRACE_SECONDS, 0, LONGEST_GRACE_SECONDS),
  };
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`revocation.${name} must be a whole number from ${least} to ${most}`);
}
