/** One HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Whether the client certificate is shown: to the API and the token endpoint, to nobody else. */
  readonly clientCertificate: boolean;
  /** A connection of its own: what works only once must not be sent into one that the bank may just be closing. */
  readonly freshConnection: boolean;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly signal?: AbortSignal;
}

/** One answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; a header that came several times is joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly the bytes received. */
  readonly body: Uint8Array;
}

/** Sends one request and reads its answer; never follows a redirect. Rejects with `HttpFailure`. */
export type HttpSend = (request: HttpRequest) => Promise<HttpAnswer>;

/**
 * Why there is no answer. `unreachable`: nothing was sent. `tls`: a certificate was not accepted, nothing was done. `lost`, `timeout` and
 * `too-large`: the bank may have done what was asked. `aborted`: by the signal.
 */
export type HttpFailureKind = 'unreachable' | 'tls' | 'lost' | 'timeout' | 'too-large' | 'aborted';

/** The failure of an `HttpSend`. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly kind: HttpFailureKind;
  /** Whether the bank may have got the request. */
  readonly isSent: boolean;

  constructor(
    kind: HttpFailureKind,
    { cause, isSent = true }: { readonly cause?: unknown; readonly isSent?: boolean } = {},
  ) {
    super(`the HTTP exchange failed: ${kind}`, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.isSent = isSent && kind !== 'unreachable' && kind !== 'tls';
  }
}
