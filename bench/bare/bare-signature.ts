import { type KeyObject, sign, verify } from 'node:crypto';
import { derFromJws, jwsFromDer } from '../../packages/protocol/src/jws/ecdsa-signature.ts';
import type { BareAnswer, BareRequest } from './bare.ts';

/** Of the same size as the bank's own. */
const RESPONSE_HEADER = Buffer.from(JSON.stringify({ kid: 'bench-response', alg: 'ES256' })).toString('base64url');
const ID_TOKEN_HEADER = Buffer.from(JSON.stringify({ kid: 'bench-id-tokens', alg: 'RS256', typ: 'JWT' })).toString(
  'base64url',
);

/** Checks the detached JWS over the bytes received: algorithm, key and signature. */
export function isSignedBy(keys: ReadonlyMap<string, KeyObject>, detached: string, body: Buffer): boolean {
  const [header = '', signature = ''] = detached.split('..');
  const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
  const key = keys.get(kid);
  const bytes = Buffer.from(signature, 'base64url');
  if (alg !== 'ES256' || key === undefined || bytes.length !== 64) return false;
  return verify('sha256', signingInput(header, body), key, derFromJws(bytes));
}

/** An answer of the payments API, with the headers that contract §5 asks for, signed. */
export function signedAnswer(
  key: KeyObject,
  { headers }: BareRequest,
  { status, body, requestId, location }: { status: number; body: object; requestId: string; location?: string },
): BareAnswer {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    status,
    bytes,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': bytes.length,
      'cache-control': 'no-store',
      'x-fapi-interaction-id': (headers['x-fapi-interaction-id'] as string | undefined) ?? requestId,
      'x-request-id': requestId,
      'x-jws-signature': signDetached(key, bytes),
      ...(location === undefined ? {} : { location }),
    },
  };
}

export function signIdToken(key: KeyObject, claims: object): string {
  const input = `${ID_TOKEN_HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${input}.${sign('sha256', Buffer.from(input, 'latin1'), key).toString('base64url')}`;
}

function signDetached(key: KeyObject, body: Buffer): string {
  const signature = jwsFromDer(sign('sha256', signingInput(RESPONSE_HEADER, body), key));
  return `${RESPONSE_HEADER}..${signature.toString('base64url')}`;
}

function signingInput(header: string, body: Buffer): Buffer {
  return Buffer.from(`${header}.${body.toString('base64url')}`, 'latin1');
}
