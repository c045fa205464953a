/** What a request was for. */
export type ExchangePurpose = 'discovery' | 'keys' | 'token' | 'revocation' | 'registration' | 'payments';

/**
 * What went over the wire, once, for a log or a page that shows it. Tokens, codes, secrets and assertions are `[redacted]`; of
 * ID tokens the signature is. Bodies of the payments API stand in it whole: names and account numbers are personal data, to be kept
 * accordingly.
 */
export interface ExchangeRecord {
  readonly purpose: ExchangePurpose;
  /** 1 for the first time a call sends this, 2 for its first retry. */
  readonly attempt: number;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** Absent when none came; then `failure` says why. */
  readonly answer?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** `unreachable`, `tls`, `lost`, `timeout`, `too-large` or `aborted`. */
  readonly failure?: string;
}
