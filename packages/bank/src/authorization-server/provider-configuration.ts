import { ACR_SCA } from '@lupa/protocol';
import {
  type Adapter,
  type Configuration,
  errors,
  interactionPolicy,
  type JWK,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import type { BankKeys } from '../ports/bank-keys.ts';
import { CERTIFICATE_THUMBPRINT, ORGANISATION_ID, PREVIOUS_SECRET, PREVIOUS_SECRET_UNTIL } from './client-metadata.ts';
import { exchangeOf } from './exchange.ts';
import type { TokenLifetimes } from './options.ts';
import { isDefaultFlowScope } from './token-facts.ts';

/** Paths of contract §1. */
export const PATHS = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  introspection: '/oauth/introspect',
  jwks: '/oauth/jwks/PSD2_OIDC',
} as const;

/** The pages of an interaction; its cookie goes there and nowhere else. */
function interactionPath(uid: string): string {
  return `/sca/${uid}`;
}

/** Longer than any visit to the pages may take, so that its timeout can still be told to the TPP. */
const INTERACTION_SECONDS = 2 * 3600;

export const SECONDS_PER_DAY = 86_400;

export interface ProviderSettings {
  readonly keys: BankKeys;
  readonly lifetimes: TokenLifetimes;
  readonly adapter: (model: string) => Adapter;
  /** Whether an approved authorization still stands, for `findAccount`. */
  readonly stands: (authorizationId: string, context: KoaContextWithOIDC) => Promise<boolean>;
  readonly renderError: NonNullable<Configuration['renderError']>;
}

/**
 * How the library is configured. Its "account" is our authorization: whatever is issued is about one authorization, and its
 * subject is the `authorizationId` (contract §4).
 */
export function providerConfiguration(settings: ProviderSettings): Configuration {
  const { keys, lifetimes, stands } = settings;
  return {
    adapter: settings.adapter,
    routes: PATHS,
    // The library wants keys, yet neither signs with them nor publishes them: ID tokens and their key set are ours.
    jwks: { keys: keys.idTokens.map(privateJwk) },
    cookies: {
      keys: [...keys.cookieKeys],
      names: { interaction: 'lupa_interaction', resume: 'lupa_resume', session: 'lupa_session' },
      short: { signed: true, httpOnly: true, sameSite: 'lax', overwrite: true },
      long: { signed: true, httpOnly: true, sameSite: 'lax', overwrite: true },
    },
    scopes: ['openid', 'payments'],
    responseTypes: ['code', 'code id_token'],
    subjectTypes: ['public'],
    acrValues: [ACR_SCA],
    clientAuthMethods: ['client_secret_post'],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256'],
      requestObjectSigningAlgValues: ['RS256', 'ES256', 'PS256'],
    },
    extraParams: ['authorizationId'],
    extraClientMetadata: {
      properties: [CERTIFICATE_THUMBPRINT, ORGANISATION_ID, PREVIOUS_SECRET, PREVIOUS_SECRET_UNTIL],
    },
    clockTolerance: 0,
    allowOmittingSingleRegisteredRedirectUri: false,
    conformIdTokenClaims: false,
    enableHttpPostMethods: false,
    pkce: { required: () => false },
    ttl: {
      ClientCredentials: lifetimes.clientTokenSeconds,
      AccessToken: lifetimes.userTokenSeconds,
      IdToken: lifetimes.idTokenSeconds,
      AuthorizationCode: lifetimes.codeSeconds,
      RefreshToken: lifetimes.refreshTokenDays * SECONDS_PER_DAY,
      // Each refresh token keeps its grant alive as long as itself.
      Grant: lifetimes.refreshTokenDays * SECONDS_PER_DAY,
      Interaction: INTERACTION_SECONDS,
      Session: INTERACTION_SECONDS,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: { enabled: false },
      dPoP: { enabled: false },
      deviceFlow: { enabled: false },
      claimsParameter: { enabled: false },
      // The way verified requests are handed over; no route leads to it from outside.
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true, requireSignedRequestObject: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        getCertificate: (context) => exchangeOf(context.req).certificate?.thumbprint,
      },
      introspection: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
    },
    interactions: { policy: [everyBundleIsAuthenticated()] as never, url: (_context, { uid }) => interactionPath(uid) },
    expiresWithSession: async () => false,
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    revokeGrantPolicy: () => true,
    findAccount: async (context, authorizationId) =>
      (await stands(authorizationId, context))
        ? { accountId: authorizationId, claims: async () => ({ sub: authorizationId }) }
        : undefined,
    loadExistingGrant: async ({ oidc }) => {
      const grantId = oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId);
    },
    extraTokenClaims: async (_context, token) => {
      requireKnownScope(token.scope ?? '');
      return undefined;
    },
    renderError: settings.renderError,
  };
}

/** The one prompt: authentication of this very bundle, whoever was authenticated before. */
function everyBundleIsAuthenticated(): interactionPolicy.Prompt {
  const { Check, Prompt } = interactionPolicy;
  return new Prompt(
    { name: 'login', requestable: true },
    new Check(
      'own_authentication',
      'every bundle needs its own authentication',
      ({ oidc }) => oidc.result?.login === undefined,
    ),
  );
}

/** A refresh may narrow the scope to `payments` and to nothing else (contract §2). */
function requireKnownScope(scope: string): void {
  if (scope !== 'payments' && !isDefaultFlowScope(scope)) {
    throw new errors.InvalidScope('the scope is payments, or openid payments', scope);
  }
}

function privateJwk({ privateKey, kid, alg }: BankKeys['idTokens'][number]): JWK {
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), kid, alg, use: 'sig' };
}
