import { createHash, timingSafeEqual } from 'node:crypto';

/** What a client proves itself with (contract §2): neither is enough alone. */
export interface ClientProof {
  readonly secret: unknown;
  readonly certificateThumbprint: string | undefined;
}

/**
 * Whether both the secret and the certificate are the registered ones. Digests are compared in constant time, and both always,
 * so that the time taken tells neither how much of a secret was right nor which of the two was wrong.
 *
 * @param secretDigest SHA-256 of the registered secret, base64url
 */
export function provesClient(
  { secret, certificateThumbprint }: ClientProof,
  registered: { readonly secretDigest: string; readonly certificateThumbprint: string },
): boolean {
  const isSecret = isSameDigest(sha256(typeof secret === 'string' ? secret : ''), registered.secretDigest);
  const isCertificate = isSameDigest(sha256(certificateThumbprint ?? ''), sha256(registered.certificateThumbprint));
  return isSecret && isCertificate;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function isSameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'base64url'), Buffer.from(other, 'base64url')];
  return left.length === right.length && timingSafeEqual(left, right);
}
