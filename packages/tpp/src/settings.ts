import type { Clock } from './clock.ts';
import type { Secret } from './secret.ts';
import type { ExchangeRecord } from './wire/exchange-record.ts';
import type { HttpSend } from './wire/http.ts';

/** Where a bank is. Real banks spread these over several hosts, so each stands alone. */
export interface BankEndpoints {
  /** What ID tokens and callbacks must name as `iss`, spelt exactly as the bank spells it. */
  readonly issuer: string;
  /** `…/oauth/authorize`, where the customer's browser goes. */
  readonly authorize: string;
  /** `…/oauth/token`, over mutual TLS. */
  readonly token: string;
  /** `…/oauth/revoke` (RFC 7009), over mutual TLS; without it `revokeTokens` cannot be called. */
  readonly revocation?: string;
  /** The base of the payments API with its version, over mutual TLS: `https://localhost:8443/payments-psd2/v1`. */
  readonly api: string;
  /** The key set that ID tokens are signed with. */
  readonly idTokenKeys: string;
  /** The key set that answers of the payments API are signed with. */
  readonly responseKeys: string;
  /** The `aud` of request objects: the API host (contract §3). */
  readonly audience: string;
  /** Whether a callback without `iss` is accepted (RFC 9207). Off unless a bank is known to send none. */
  readonly callbackIssuerOptional?: boolean;
}

/** Bounds of every call. */
export interface Limits {
  /** One request and its answer. 10 s by default. */
  readonly attemptMs: number;
  /** One call of the SDK with all its retries. 60 s by default. */
  readonly callMs: number;
  /** Requests sent for one call. 5 by default. */
  readonly attempts: number;
  /** The largest answer that is read. 1 MiB by default. */
  readonly answerBytes: number;
}

/** Who is calling: what registration gave this client (contract §10). */
export interface ClientSettings {
  readonly clientId: string;
  readonly clientSecret: string | Secret;
  /** `api_key` of the registration, sent as `x-api-key`. */
  readonly apiKey: string | Secret;
  /** Where the customer comes back to, unless `authorizationUrl` is told otherwise. Exactly as registered. */
  readonly redirectUri: string;
  /** PEM texts: the certificate (QWAC) and its key for mutual TLS, and the issuers trusted for the bank's own; by default Node's. */
  readonly tls: {
    readonly cert: string;
    readonly key: string | Secret;
    readonly ca?: string | readonly string[];
  };
  /** The key (QSEALC) that signs payments and request objects: PEM, its `kid` in the registered key set, its algorithm. */
  readonly signing: {
    readonly key: string | Secret;
    readonly kid: string;
    readonly alg: 'ES256' | 'RS256';
  };
  /** Told of every request and answer, with tokens, codes, secrets and assertions redacted. What it throws is ignored. */
  readonly onExchange?: (record: ExchangeRecord) => void;
  readonly limits?: Partial<Limits>;
  /** For tests; by default the machine's. */
  readonly clock?: Clock;
  /** For tests; by default `crypto.randomBytes`. */
  readonly randomBytes?: (size: number) => Uint8Array;
  /** Sends one request; by default over `node:https`. Redirects must not be followed. */
  readonly http?: HttpSend;
}

/** A client and the addresses of its bank. */
export interface TppSettings extends ClientSettings {
  readonly endpoints: BankEndpoints;
}

/** A client and the issuer to discover its bank from. */
export interface DiscoverySettings extends ClientSettings {
  /** The issuer, such as `http://localhost:8080`; plain http on this machine only. */
  readonly bank: string;
  /** Addresses that go before the discovered ones. */
  readonly endpoints?: Partial<Omit<BankEndpoints, 'issuer'>>;
  readonly signal?: AbortSignal;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; it then throws `ABORTED`. */
  readonly signal?: AbortSignal;
  /** Bounds this call with all its retries, instead of `limits.callMs`. */
  readonly deadlineMs?: number;
  /** `x-fapi-interaction-id`, a UUID that both sides log; made anew for every call when absent. */
  readonly interactionId?: string;
}
