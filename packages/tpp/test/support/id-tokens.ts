import { createHash } from 'node:crypto';
import * as jose from 'jose';
import type { PendingAuthorization } from '../../src/index.ts';
import { CLIENT, type TestBank } from './test-bank.ts';

/** The left half of SHA-256, written here once more so that the code under test does not check itself. */
export function halfHash(value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url');
}

/** What the bank says of an authorization; a claim changed to `undefined` is left out. */
export function idTokenClaims(bank: TestBank, pending: PendingAuthorization, changes: object = {}): jose.JWTPayload {
  const iat = bank.clock.epochSeconds();
  return {
    iss: bank.issuer,
    iat,
    exp: iat + 600,
    aud: CLIENT.clientId,
    sub: pending.authorizationId,
    authorizationId: pending.authorizationId,
    acr: 'urn:openbanking:psd2:sca',
    nonce: pending.nonce,
    ...changes,
  };
}

export function signIdToken(
  claims: jose.JWTPayload,
  key: jose.CryptoKey | Uint8Array,
  header: Partial<jose.JWTHeaderParameters> = {},
): Promise<string> {
  return new jose.SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'id-1', typ: 'JWT', ...header }).sign(key);
}

/** Every way an ID token can be wrong whoever carries it, with the code that says so. */
export const WRONG_CLAIMS = {
  'another issuer': ['ID_TOKEN_ISSUER_WRONG', () => ({ iss: 'https://other.example' })],
  'the issuer with a slash': ['ID_TOKEN_ISSUER_WRONG', (bank: TestBank) => ({ iss: `${bank.issuer}/` })],
  'no issuer': ['ID_TOKEN_ISSUER_WRONG', () => ({ iss: undefined })],
  'another audience': ['ID_TOKEN_AUDIENCE_WRONG', () => ({ aud: 'another-client' })],
  'a second audience': ['ID_TOKEN_AUDIENCE_WRONG', () => ({ aud: [CLIENT.clientId, 'another-client'] })],
  'no audience': ['ID_TOKEN_AUDIENCE_WRONG', () => ({ aud: undefined })],
  'another authorized party': ['ID_TOKEN_AUDIENCE_WRONG', () => ({ azp: 'another-client' })],
  'another nonce': ['ID_TOKEN_NONCE_WRONG', () => ({ nonce: 'n-0S6_WzA2Mj' })],
  'no nonce': ['ID_TOKEN_NONCE_WRONG', () => ({ nonce: undefined })],
  'another authorizationId': [
    'ID_TOKEN_AUTHORIZATION_WRONG',
    () => ({ authorizationId: '976da7b0-1db2-410d-a5c9-e3a37bc4d7a1' }),
  ],
  'no authorizationId': ['ID_TOKEN_AUTHORIZATION_WRONG', () => ({ authorizationId: undefined })],
  'another sub': ['ID_TOKEN_AUTHORIZATION_WRONG', () => ({ sub: '976da7b0-1db2-410d-a5c9-e3a37bc4d7a1' })],
  'no sub': ['ID_TOKEN_AUTHORIZATION_WRONG', () => ({ sub: undefined })],
  'the acr of an exemption': ['ID_TOKEN_ACR_WRONG', () => ({ acr: 'urn:openbanking:psd2:ca' })],
  'no acr': ['ID_TOKEN_ACR_WRONG', () => ({ acr: undefined })],
  'an exp 31 seconds past': ['ID_TOKEN_EXPIRED', (bank: TestBank) => ({ exp: bank.clock.epochSeconds() - 31 })],
  'an iat 32 seconds ahead': ['ID_TOKEN_EXPIRED', (bank: TestBank) => ({ iat: bank.clock.epochSeconds() + 32 })],
  'an nbf 32 seconds ahead': ['ID_TOKEN_EXPIRED', (bank: TestBank) => ({ nbf: bank.clock.epochSeconds() + 32 })],
  'no exp': ['ID_TOKEN_MALFORMED', () => ({ exp: undefined })],
  'no iat': ['ID_TOKEN_MALFORMED', () => ({ iat: undefined })],
  'an exp as text': ['ID_TOKEN_MALFORMED', () => ({ exp: '9999999999' })],
} as const;

/** Every way the signature and the header can be wrong. */
export const FORGED_ID_TOKENS = {
  'alg none': [
    'ID_TOKEN_MALFORMED',
    async (_: TestBank, claims: jose.JWTPayload) =>
      `${encode({ alg: 'none', kid: 'id-1', typ: 'JWT' })}.${encode(claims)}.`,
  ],
  'HS256 with the public key as the secret': [
    'ID_TOKEN_MALFORMED',
    async (bank: TestBank, claims: jose.JWTPayload) => {
      const pem = await jose.exportSPKI((await jose.importJWK(bank.idKeys[0] ?? {}, 'RS256')) as jose.CryptoKey);
      return signIdToken(claims, Buffer.from(pem), { alg: 'HS256' });
    },
  ],
  'HS256 with the client secret': [
    'ID_TOKEN_MALFORMED',
    (_: TestBank, claims: jose.JWTPayload) =>
      signIdToken(claims, Buffer.from(CLIENT.clientSecret.padEnd(32)), { alg: 'HS256' }),
  ],
  "ES256 with the bank's own response key": [
    'ID_TOKEN_MALFORMED',
    (bank: TestBank, claims: jose.JWTPayload) =>
      signIdToken(claims, bank.responseKey, { alg: 'ES256', kid: 'response-1' }),
  ],
  'a key under an unknown kid': [
    'ID_TOKEN_KEY_UNKNOWN',
    (bank: TestBank, claims: jose.JWTPayload) => signIdToken(claims, bank.idKey, { kid: 'id-unknown' }),
  ],
  "another key under the bank's kid": [
    'ID_TOKEN_SIGNATURE_WRONG',
    async (_: TestBank, claims: jose.JWTPayload) =>
      signIdToken(claims, (await jose.generateKeyPair('RS256')).privateKey),
  ],
  'its own key in the header': [
    'ID_TOKEN_SIGNATURE_WRONG',
    async (_: TestBank, claims: jose.JWTPayload) => {
      const { privateKey, publicKey } = await jose.generateKeyPair('RS256');
      return signIdToken(claims, privateKey, { jwk: await jose.exportJWK(publicKey) });
    },
  ],
  'a claim changed after signing': [
    'ID_TOKEN_SIGNATURE_WRONG',
    async (bank: TestBank, claims: jose.JWTPayload) => {
      const [header, , signature] = (await signIdToken(claims, bank.idKey)).split('.');
      return `${header}.${encode({ ...claims, extra: true })}.${signature}`;
    },
  ],
  'the typ of an access token': [
    'ID_TOKEN_MALFORMED',
    (bank: TestBank, claims: jose.JWTPayload) => signIdToken(claims, bank.idKey, { typ: 'at+jwt' }),
  ],
  'a padded signature': [
    'ID_TOKEN_MALFORMED',
    async (bank: TestBank, claims: jose.JWTPayload) => `${await signIdToken(claims, bank.idKey)}=`,
  ],
  'two parts': [
    'ID_TOKEN_MALFORMED',
    async (bank: TestBank, claims: jose.JWTPayload) =>
      (await signIdToken(claims, bank.idKey)).split('.').slice(0, 2).join('.'),
  ],
} as const;

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
