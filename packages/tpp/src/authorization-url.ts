import {
  buildRequestObjectClaims,
  parseAuthorizationId,
  RESPONSE_TYPES,
  type ResponseType,
  signCompactJws,
} from '@lupa/protocol';
import { epochSeconds } from './clock.ts';
import type { Connection } from './connection.ts';
import { PENDING_LIFETIME_SECONDS, type PendingAuthorization } from './pending-authorization.ts';
import { argumentInvalid } from './tpp-error.ts';

/** What the customer shall be asked to approve. */
export interface AuthorizationWish {
  /** Of the payment or bundle. */
  readonly authorizationId: string;
  /** `code id_token` by default: the answer then vouches for itself, but comes in the fragment. `code` comes in the query. */
  readonly responseType?: ResponseType;
  /** Where to come back to, exactly as registered; by default the one of the settings. */
  readonly redirectUri?: string;
  /** The customer's languages, the best first: `['sv', 'fi']` (OpenID Connect Core section 3.1.2.1). */
  readonly uiLocales?: readonly string[];
}

/** 128 bits are enough to be unguessable; 256 cost nothing. */
const RANDOM_BYTES = 32;

/** A language tag (RFC 5646), loosely. */
const LOCALE = /^[A-Za-z0-9-]{1,35}$/;

/** Signs a request object (contract §3) and builds the URL with it and the parameters W asks for: `state` and the rest stay inside. */
export function buildAuthorizationUrl(connection: Connection, wish: AuthorizationWish) {
  const { endpoints, clientId, clock, requestSigner } = connection;
  const { responseType = 'code id_token', redirectUri = connection.redirectUri, uiLocales = [] } = wish;
  const authorizationId = parseAuthorizationId(String(wish.authorizationId));
  if (authorizationId === undefined) throw argumentInvalid('authorizationId is not one');
  if (!RESPONSE_TYPES.includes(responseType)) throw argumentInvalid('responseType is neither code nor code id_token');
  if (!URL.canParse(redirectUri)) throw argumentInvalid('redirectUri is not a URL');
  if (!uiLocales.every((locale) => LOCALE.test(locale))) throw argumentInvalid('uiLocales are not language tags');

  const [state, nonce] = [randomText(connection), randomText(connection)];
  const issuedAtSeconds = epochSeconds(clock);
  const claims = buildRequestObjectClaims({
    clientId,
    audience: endpoints.audience,
    redirectUri,
    responseType,
    authorizationId,
    state,
    nonce,
    issuedAtSeconds,
  });
  const url = new URL(endpoints.authorize);
  url.searchParams.set('request', signCompactJws(Buffer.from(JSON.stringify(claims)), requestSigner));
  url.searchParams.set('response_type', claims.response_type);
  url.searchParams.set('client_id', claims.client_id);
  url.searchParams.set('scope', claims.scope);
  if (uiLocales.length > 0) url.searchParams.set('ui_locales', uiLocales.join(' '));
  const expiresAt = new Date((issuedAtSeconds + PENDING_LIFETIME_SECONDS) * 1000).toISOString();
  const pending: PendingAuthorization = {
    issuer: endpoints.issuer,
    authorizationId,
    responseType,
    redirectUri,
    state,
    nonce,
    expiresAt,
  };
  return { url: url.href, pending };
}

function randomText({ randomBytes }: Connection): string {
  return Buffer.from(randomBytes(RANDOM_BYTES)).toString('base64url');
}
