import { randomUUID } from 'node:crypto';
import { signCompactJws } from '@lupa/protocol';
import type { BankAddresses } from './test-tpp.ts';
import type { TppIdentity } from './tpp-identity.ts';

/** What a test may want otherwise in an authorization request. */
export interface RequestObjectWishes {
  readonly authorizationId: string;
  readonly responseType: 'code' | 'code id_token';
  /** Claims to change; `undefined` leaves one out. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Makes the JWS from the payload, instead of signing with the TPP's key. */
  readonly sign: (payload: Buffer) => string;
  /** Parameters of the URL to change. */
  readonly query: Readonly<Record<string, string>>;
}

/** Where a TPP sends its customer (contract §3). */
export function authorizationUrl(
  { clientId, redirectUri, signer }: TppIdentity,
  bank: BankAddresses,
  wishes: { readonly authorizationId: string } & Partial<RequestObjectWishes>,
): string {
  const { authorizationId, responseType = 'code', claims = {}, query = {} } = wishes;
  const payload = { ...requestClaims(clientId, redirectUri, bank.api, authorizationId, responseType), ...claims };
  const sign = wishes.sign ?? ((bytes) => signCompactJws(bytes, { ...signer, typ: 'JWT' }));
  const url = new URL('/oauth/authorize', bank.authorize);
  const parameters = {
    request: sign(Buffer.from(JSON.stringify(payload))),
    response_type: responseType,
    client_id: clientId,
    scope: 'openid payments',
    ...query,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

function requestClaims(
  clientId: string,
  redirectUri: string,
  audience: string,
  authorizationId: string,
  responseType: string,
) {
  const now = Math.floor(Date.now() / 1000);
  const wanted = { value: authorizationId, essential: true };
  return {
    aud: audience,
    iss: clientId,
    response_type: responseType,
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid payments',
    state: randomUUID(),
    nonce: randomUUID(),
    max_age: 86_400,
    exp: now + 900,
    iat: now,
    claims: {
      userinfo: { authorizationId: wanted },
      id_token: { authorizationId: wanted, acr: { essential: true, values: ['urn:openbanking:psd2:sca'] } },
    },
  };
}
