import type { CertificateRefusal } from '@lupa/certificates';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { CurrentSigner } from '../http/key-ring.ts';
import { provesClient } from './client-authentication.ts';
import { CERTIFICATE_THUMBPRINT, ORGANISATION_ID } from './client-metadata.ts';
import { exchangeOf } from './exchange.ts';
import { signIdToken } from './id-token.ts';

export interface OverrideOptions {
  /** Context of the request at hand. */
  readonly context: () => KoaContextWithOIDC | undefined;
  readonly signer: CurrentSigner;
  readonly idTokenSeconds: number;
  readonly nowSeconds: () => number;
  /** Told that the client of this request has proven itself. */
  readonly onClientProven: (context: object) => void;
  /** Told that it has the secret and the registered certificate, and that this is not one of its organisation (any more). */
  readonly onCertificateRefused: (context: object, refusal: CertificateRefusal) => void;
}

/**
 * Everything in which the library is bent instead of configured (oidc-provider 9.13). Each has its own function and a test in
 * `test/authorization-server/overrides.test.ts` that fails when a new version makes it needless or wrong.
 */
export function applyOverrides(provider: Provider, options: OverrideOptions): void {
  compareSecretAndCertificate(provider, options);
  bindTokensToThumbprint(provider);
  issueOurIdTokens(provider, options);
  keepNoBrowserSession(provider);
  rememberWhoApproved(provider);
  allowAnyRegisteredRedirectUri(provider);
  alwaysSayIssuer(provider);
}

/** What the library's types leave out, or have as its own private business. */
type Bendable = Record<string, unknown>;

function prototypeOf(model: { readonly prototype: unknown }): Bendable {
  return model.prototype as Bendable;
}

/** The library compares secrets, and takes a certificate instead of one; contract §2 wants both, and we store digests only. */
function compareSecretAndCertificate(
  provider: Provider,
  { context, onClientProven, onCertificateRefused }: OverrideOptions,
): void {
  prototypeOf(provider.Client).compareClientSecret = function (this: Bendable, secret: unknown): boolean {
    const current = context();
    if (current === undefined) return false;
    const { certificate } = exchangeOf(current.req);
    const registered = {
      secretDigest: String(this.clientSecret),
      certificateThumbprint: String(this[CERTIFICATE_THUMBPRINT]),
    };
    if (!provesClient({ secret, certificateThumbprint: certificate?.thumbprint }, registered)) return false;
    const refusal = certificate?.judge({ use: 'tls', organisationId: String(this[ORGANISATION_ID]) });
    if (refusal === undefined) onClientProven(current);
    else onCertificateRefused(current, refusal);
    return refusal === undefined;
  };
}

/** The library hashes the certificate at every token; whoever guards the listener has done that once per connection. */
function bindTokensToThumbprint(provider: Provider): void {
  for (const model of [provider.AccessToken, provider.ClientCredentials]) {
    prototypeOf(model).setThumbprint = function (this: Bendable, property: string, thumbprint: string): void {
      if (property !== 'x5t') throw new Error('tokens are bound to certificates and to nothing else');
      this['x5t#S256'] = thumbprint;
    };
  }
}

interface IdTokenInside {
  readonly ctx: KoaContextWithOIDC;
  readonly available: { readonly sub: string };
  /** Set beside the claims; the library hashes `c_hash` only when it signs. */
  readonly extra: { readonly nonce?: string; readonly c_hash?: string };
}

/**
 * Version 9 leaves out `typ`, `at_hash` and `rt_hash`, gives `s_hash` under FAPI only, and adds claims on request. Contract §4 has
 * exact ones.
 */
function issueOurIdTokens(provider: Provider, { signer, idTokenSeconds, nowSeconds }: OverrideOptions): void {
  prototypeOf(provider.IdToken).issue = async function (
    this: IdTokenInside,
    { use }: { use: string },
  ): Promise<string> {
    if (use !== 'idtoken') throw new Error(`there are no tokens for ${use}`);
    const { oidc } = this.ctx;
    const isRedirect = oidc.route !== 'token';
    const contents = {
      issuer: provider.issuer,
      clientId: oidc.client?.clientId ?? '',
      authorizationId: this.available.sub,
      nonce: this.extra.nonce ?? '',
      issuedAtSeconds: nowSeconds(),
      lifetimeSeconds: idTokenSeconds,
      vouchesFor: isRedirect
        ? { state: oidc.params?.state as string | undefined, code: this.extra.c_hash }
        : { accessToken: oidc.entities.AccessToken?.jti, refreshToken: oidc.entities.RefreshToken?.jti },
    };
    return signIdToken(contents, signer());
  };
}

/**
 * Every bundle needs its own authentication (contract §3, RTS article 5): a browser session that outlives a request could only skip it,
 * or mix up two tabs. Each request gets a session of its own that is neither kept nor sent as a cookie.
 */
function keepNoBrowserSession(provider: Provider): void {
  const sessions = provider.Session as unknown as {
    instantiate(): object;
    get(context: KoaContextWithOIDC): Promise<object>;
  };
  sessions.get = async (context) => {
    const session = sessions.instantiate();
    Object.defineProperty(session, 'destroyed', { value: true });
    context.oidc.entity('Session', session as never);
    return session;
  };
}

/** A grant carries which authorization it is for and which customer approved it. */
function rememberWhoApproved(provider: Provider): void {
  const known = (provider.Grant as unknown as { readonly IN_PAYLOAD: readonly string[] }).IN_PAYLOAD;
  const kept = [...known, 'authorizationId', 'customerId'];
  Object.defineProperty(provider.Grant, 'IN_PAYLOAD', { get: () => kept });
}

/**
 * The library forbids `http` and `localhost` to clients that get ID tokens in the redirect. Which redirect URIs are good is decided at
 * registration; the workflow document itself uses `https://localhost:8181`.
 */
function allowAnyRegisteredRedirectUri(provider: Provider): void {
  const schema = prototypeOf(
    (provider.Client as unknown as { readonly Schema: { readonly prototype: unknown } }).Schema,
  );
  schema.redirectUris = (): void => {};
}

/** The library sends `iss` only where no ID token says it; contract §3 has it in every answer (RFC 9207). */
function alwaysSayIssuer(provider: Provider): void {
  provider.on('authorization.success', (_context: KoaContextWithOIDC, answer?: Record<string, unknown>) => {
    if (answer !== undefined) answer.iss = provider.issuer;
  });
}
