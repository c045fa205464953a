import type { FastifyPluginAsync } from 'fastify';
import type { CertificateGuard } from '../http/certificate-guard.ts';
import type { AuthorizationRequests } from '../ports/authorization-requests.ts';
import type { BankKeys } from '../ports/bank-keys.ts';
import type { ClientKeys } from '../ports/client-keys.ts';
import type { Clients } from '../ports/clients.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExemptionStore } from '../ports/exemption-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { TokenArtifacts } from '../ports/token-artifacts.ts';
import type { Interactions } from '../sca/interactions.ts';

/** How long what is issued stays good (contract §2); each may be set shorter, never longer. */
export interface TokenLifetimes {
  readonly clientTokenSeconds: number;
  readonly userTokenSeconds: number;
  readonly idTokenSeconds: number;
  readonly codeSeconds: number;
  readonly refreshTokenDays: number;
}

/** Contract §2. */
export const LONGEST_LIFETIMES: TokenLifetimes = {
  clientTokenSeconds: 86_399,
  userTokenSeconds: 3_600,
  idTokenSeconds: 600,
  codeSeconds: 60,
  refreshTokenDays: 45,
};

/** What the authorization server needs of the bank around it. */
export interface AuthorizationServerOptions {
  /** The origin of the Authorize listener, without a trailing slash; `iss` everywhere. */
  readonly issuer: string;
  /** Public base address of the API listener, without a trailing slash. */
  readonly apiBaseUrl: string;
  /** What a request object may name as its `aud` besides the issuer and the API base address. */
  readonly audiences: readonly string[];
  /** Where clients register (contract §10); discovery lists it once it exists. */
  readonly registrationEndpoint?: string | undefined;
  readonly lifetimes?: Partial<TokenLifetimes> | undefined;
  readonly clients: Clients;
  readonly clientKeys: ClientKeys;
  readonly artifacts: TokenArtifacts;
  readonly authorizationRequests: AuthorizationRequests;
  readonly exemptions: ExemptionStore;
  readonly identifiers: Identifiers;
  /** Those of this moment. */
  readonly keys: () => BankKeys;
  readonly clock: Clock;
  /** Lets the callers of the token endpoint and its siblings in. */
  readonly guard: CertificateGuard;
  /**
   * Whether a call to the endpoints of TPP back ends may be answered now, by its certificate. @throws LupaError TOO_MANY_REQUESTS
   */
  readonly admit?: ((certificateThumbprint: string) => Promise<void>) | undefined;
  /** Told of every fault that is ours. */
  readonly onFault: (fault: unknown, requestId: string) => void;
}

/** What the `aud` of whatever a TPP signs for this server may name (contract §3). */
export function audiencesOf({ issuer, apiBaseUrl, audiences }: AuthorizationServerOptions): readonly string[] {
  return [issuer, apiBaseUrl, ...audiences];
}

/** The two halves of the authorization server, for the two listeners, and what the SCA pages need of it. */
export interface AuthorizationServer {
  /** `/oauth/token`, `/oauth/revoke`, `/oauth/introspect`: for the API listener only. */
  readonly api: FastifyPluginAsync;
  /** `/oauth/authorize`, its keys and its discovery documents: for the Authorize listener only. */
  readonly authorize: FastifyPluginAsync;
  readonly interactions: Interactions;
}

/** Fills in the lifetimes that were not set. @throws RangeError when one is not a positive whole number within the contract's */
export function lifetimesOf(wished: Partial<TokenLifetimes> = {}): TokenLifetimes {
  const lifetimes = { ...LONGEST_LIFETIMES, ...wished };
  for (const name of Object.keys(LONGEST_LIFETIMES) as (keyof TokenLifetimes)[]) {
    const value = lifetimes[name];
    if (!Number.isSafeInteger(value) || value < 1 || value > LONGEST_LIFETIMES[name]) {
      throw new RangeError(`lifetimes.${name} must be a whole number from 1 to ${LONGEST_LIFETIMES[name]}`);
    }
  }
  return lifetimes;
}
