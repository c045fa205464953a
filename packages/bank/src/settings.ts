import type { FastifyInstance } from 'fastify';
import type { StoreSettings } from './adapters/postgres/open-database.ts';
import type { RevocationSettings } from './adapters/revocation/revocation-settings.ts';
import type { TokenLifetimes } from './authorization-server/options.ts';
import type { Rate } from './domain/rate-window.ts';
import type { Retention } from './domain/retention.ts';
import type { AddressLimitSettings } from './http/address-limit.ts';
import type { BehindProxy } from './http/api-listener.ts';
import type { LoadSettings } from './http/load-limit.ts';
import type { SignaturePolicy } from './http/signed-body.ts';
import type { BankKeySource, BankKeys } from './ports/bank-keys.ts';
import type { Clock } from './ports/clock.ts';
import type { ExchangeRates } from './ports/exchange-rates.ts';
import type { Measures } from './ports/measures.ts';
import type { RegistrationSettings } from './registration-settings.ts';
import type { SandboxRooms } from './sandbox-rooms.ts';

/** Everything a bank is told when it opens. */
export interface BankSettings {
  /** PGlite in one directory (the sandbox's), or any PostgreSQL. */
  readonly store: StoreSettings;
  readonly api: {
    readonly host: string;
    readonly port: number;
    /** The API's public base URL, without a trailing slash: `https://localhost:8443`. */
    readonly url: string;
    /** PEM */
    readonly certificate: string;
    /** PEM */
    readonly privateKey: string;
    /** PEM: the trust anchors for certificates of clients, under TLS and of signing keys. They may be intermediates. */
    readonly trustedIssuers: string;
  };
  /**
   * One more listener of the payments API, for a proxy that ends mutual TLS in front of the bank and says whose certificate it
   * saw (RFC 9440). The bank's own listener stays.
   */
  readonly proxy?: BehindProxy & { readonly host: string; readonly port: number };
  readonly authorize: {
    readonly host: string;
    readonly port: number;
    /** The issuer: the public origin of this listener, without a trailing slash. */
    readonly url: string;
    /** PEM; absent only for plain http on the sandbox's own machine. */
    readonly tls?: { readonly certificate: string; readonly privateKey: string };
  };
  /** Accepted as `aud` of request objects beside the issuer and the API's URL (contract §3). */
  readonly audiences: readonly string[];
  /** The bank's own keys; from a source when they may change while it runs: it is asked every few seconds. */
  readonly keys: BankKeys | BankKeySource;
  /** What the customers' key lists are derived from. */
  readonly factorSecret: string;
  /** What the national bank codes of this bank's Finnish accounts start with. */
  readonly bankCodes: readonly string[];
  /** This bank's own BIC, named in what leaves for other banks; without it those messages say NOTPROVIDED. */
  readonly bic?: string;
  /** At which foreign payments are debited; without any the bank pays in euros alone. */
  readonly exchangeRates?: ExchangeRates;
  /** Where revocation lists are, beside what certificates name, and how they are followed. */
  readonly revocation?: RevocationSettings;
  /** How TPPs register themselves (contract §10); absent where they cannot. */
  readonly registration?: RegistrationSettings;
  /** Whether a created payment must be signed (contract §5); `required` when absent. */
  readonly signatures?: SignaturePolicy;
  /** Shorter lifetimes than contract §2's; a longer one is refused. */
  readonly lifetimes?: Partial<TokenLifetimes>;
  /** How long an authorization waits for its customer before it is revoked; 24 hours when absent. */
  readonly unauthorizedSeconds?: number;
  /** How long is kept what nobody needs after a while. */
  readonly retention?: Retention;
  /**
   * Who does what nobody asks for: booking, expiring, forgetting, sealing the audit trail. Where it is `elsewhere`, another process of the
   * same bank has to do it. Default `here`.
   */
  readonly backgroundWork?: 'here' | 'elsewhere';
  /** Present in the sandbox only. */
  readonly sandbox?: {
    readonly testUsers: readonly { readonly username: string; readonly password: string; readonly name: string }[];
    /** Adds the sandbox's own pages to the Authorize listener. */
    readonly pages: (app: FastifyInstance, rooms: SandboxRooms) => Promise<void>;
  };
  /** Calls of one TPP that one process answers at once; one more is a 429. Default 512. */
  readonly callsUnderWay?: number;
  /**
   * How many connections one address may begin at this process, counted before TLS; as many as it likes when absent. The
   * addresses of `proxy` are exempt as well.
   */
  readonly addressLimit?: AddressLimitSettings;
  /** What one process takes on at once; more is turned away with a 503. */
  readonly load?: LoadSettings;
  /**
   * How often each TPP may call (more is a 429), and how often anybody may try to log in as one customer (more is told on the page),
   * over all processes. As often as they like when absent.
   */
  readonly rates?: { readonly paymentCalls?: Rate; readonly tokenCalls?: Rate; readonly customerLogins?: Rate };
  /** Told of all that the bank does, for figures; nobody when absent. */
  readonly measures?: Measures;
  /** Default: warnings and errors, as JSON lines on stderr. */
  readonly log?: { readonly level: string; readonly stream?: NodeJS.WritableStream };
  readonly clock?: Clock;
}
