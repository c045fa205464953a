import { ACR_SCA, type JwsSigner, signCompactJws, tokenHash } from '@lupa/protocol';

/** What an ID token is about, and the values it vouches for (contract §4). */
export interface IdTokenContents {
  readonly issuer: string;
  readonly clientId: string;
  readonly authorizationId: string;
  readonly nonce: string;
  readonly issuedAtSeconds: number;
  readonly lifetimeSeconds: number;
  /** Each present value gives its hash claim. */
  readonly vouchesFor: {
    readonly state?: string | undefined;
    readonly code?: string | undefined;
    readonly accessToken?: string | undefined;
    readonly refreshToken?: string | undefined;
  };
}

/** Signs an ID token with exactly the claims of contract §4. */
export function signIdToken(contents: IdTokenContents, signer: JwsSigner): string {
  const { issuer, clientId, authorizationId, nonce, issuedAtSeconds, lifetimeSeconds, vouchesFor } = contents;
  const claims = {
    iss: issuer,
    iat: issuedAtSeconds,
    exp: issuedAtSeconds + lifetimeSeconds,
    aud: clientId,
    sub: authorizationId,
    authorizationId,
    acr: ACR_SCA,
    nonce,
    s_hash: hashOf(vouchesFor.state),
    c_hash: hashOf(vouchesFor.code),
    at_hash: hashOf(vouchesFor.accessToken),
    rt_hash: hashOf(vouchesFor.refreshToken),
  };
  return signCompactJws(Buffer.from(JSON.stringify(claims)), signer);
}

function hashOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : tokenHash(value);
}
