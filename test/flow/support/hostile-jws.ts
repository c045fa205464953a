import { createHmac, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { JwsSigner } from '@lupa/protocol';

/** Signs whatever header is wanted with ES256, as no honest library would. */
export function forgedJws(header: object, payload: Uint8Array, key: KeyObject): string {
  const input = `${encode(JSON.stringify(header))}.${encode(payload)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** `alg: none`, with no signature at all. */
export function unsignedJws({ kid }: JwsSigner, payload: Uint8Array): string {
  return `${encode(JSON.stringify({ alg: 'none', kid }))}.${encode(payload)}.`;
}

/** HS256 with the public key as its secret: what a verifier that believes `alg` takes for genuine. */
export function publicKeyAsSecretJws({ kid, key }: JwsSigner, payload: Uint8Array): string {
  const secret = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  const input = `${encode(JSON.stringify({ alg: 'HS256', kid }))}.${encode(payload)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** Takes the payload out of a compact JWS. */
export function detached(jws: string): string {
  const [header, , signature] = jws.split('.');
  return `${header}..${signature}`;
}

/** Flips the lowest bit of one byte. */
export function withFlippedByte(bytes: Uint8Array, at: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  return flipped;
}

function encode(data: string | Uint8Array): string {
  return Buffer.from(data).toString('base64url');
}
