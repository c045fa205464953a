import type { CertificateRefusal } from '@lupa/certificates';
import type { AuthorizationId, AuthorizationStatus } from '@lupa/protocol';
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { keyRing } from '../http/key-ring.ts';
import type { AuthorizationState } from '../ports/authorization-requests.ts';
import { apiRoutes } from './api-routes.ts';
import { ArtifactAdapter } from './artifact-adapter.ts';
import { authorizeRoutes } from './authorize-routes.ts';
import { renderBrowserError } from './browser-answers.ts';
import { clientAdapter } from './client-adapter.ts';
import { exchangeOf } from './exchange.ts';
import { registerClientCredentials } from './grants/client-credentials.ts';
import { registerJwtBearer } from './grants/jwt-bearer.ts';
import { ProviderInteractions } from './interactions.ts';
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  audiencesOf,
  lifetimesOf,
  type TokenLifetimes,
} from './options.ts';
import { applyOverrides } from './overrides.ts';
import { PATHS, providerConfiguration, SECONDS_PER_DAY } from './provider-configuration.ts';
import { settleAnswers } from './settle-answer.ts';
import { verifiedRequestAdapter } from './verified-request.ts';

/**
 * Makes the bank's authorization server (contract §1–§4) on oidc-provider, of which nobody outside this folder knows.
 *
 * @throws RangeError when a lifetime is longer than the contract's
 */
export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const lifetimes = lifetimesOf(options.lifetimes);
  const provider = createProvider(options, lifetimes);
  const proven = new WeakSet<object>();
  const refused = new WeakMap<object, CertificateRefusal>();
  const idTokenKeys = keyRing(() => options.keys().idTokens, options.clock, { typ: 'JWT' });
  applyOverrides(provider, {
    context: () => Provider.ctx,
    signer: idTokenKeys.signer,
    idTokenSeconds: lifetimes.idTokenSeconds,
    nowSeconds: () => Math.floor(options.clock.now().getTime() / 1000),
    onClientProven: (context) => proven.add(context),
    onCertificateRefused: (context, refusal) => refused.set(context, refusal),
  });
  registerClientCredentials(provider);
  registerJwtBearer(provider, {
    ...options,
    audiences: audiencesOf(options),
    stands: (authorizationId, context) => stands(options, authorizationId, context),
  });
  settleAnswers(provider, {
    artifacts: options.artifacts,
    clock: options.clock,
    isClientProven: (context) => proven.has(context),
    certificateRefusal: (context) => refused.get(context),
    onFault: (context, fault) => options.onFault(fault, exchangeOf(context.req).requestId),
  });
  const callback = provider.callback();
  return {
    api: apiRoutes(callback, options),
    authorize: authorizeRoutes(provider, callback, options, idTokenKeys),
    interactions: new ProviderInteractions(provider, options.clients),
  };
}

function createProvider(options: AuthorizationServerOptions, lifetimes: TokenLifetimes): Provider {
  const { artifacts, clock, clients, issuer, keys } = options;
  const keeping = {
    artifacts,
    clock,
    usedCodeSeconds: lifetimes.refreshTokenDays * SECONDS_PER_DAY,
    resumeUrl: (uid: string) => `${issuer}${PATHS.authorization}/${uid}`,
  };
  const adapters = new Map([
    ['Client', clientAdapter(clients)],
    ['PushedAuthorizationRequest', verifiedRequestAdapter()],
  ]);
  const configuration = providerConfiguration({
    keys: keys(),
    lifetimes,
    adapter: (model) => adapters.get(model) ?? new ArtifactAdapter(model, keeping),
    stands: (authorizationId, context) => stands(options, authorizationId, context),
    renderError: renderBrowserError(issuer),
  });
  const provider = new Provider(issuer, configuration);
  // The scheme is the issuer's, which hand-over.ts puts where a proxy would.
  provider.proxy = true;
  return provider;
}

/** Statuses in which an approval still means something (contract §6). */
const STANDING: ReadonlySet<AuthorizationStatus> = new Set(['Authorized', 'Completed', 'PartiallyRevoked']);

/** A code or refresh token whose authorization was revoked is worth nothing; a browser on its way back is told so. */
async function stands(
  { authorizationRequests }: AuthorizationServerOptions,
  authorizationId: string,
  { oidc }: KoaContextWithOIDC,
): Promise<boolean> {
  const state: AuthorizationState | undefined = await authorizationRequests.findAuthorization(
    authorizationId as AuthorizationId,
  );
  const isStanding = state !== undefined && state.clientId === oidc.client?.clientId && STANDING.has(state.status);
  if (!isStanding && oidc.route === 'resume') throw new errors.AccessDenied('the authorization was revoked');
  return isStanding;
}
