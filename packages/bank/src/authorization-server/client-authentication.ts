import { createHash, timingSafeEqual } from 'node:crypto';

/** What a client proves itself with (contract §2): neither is enough alone. */
export interface ClientProof {
  readonly secret: unknown;
  readonly certificateThumbprint: string | undefined;
}

/** What is registered of a client. Digests are SHA-256, base64url. */
export interface RegisteredProof {
  readonly secretDigest: string;
  /** The secret before it, while that is good. */
  readonly previousSecretDigest: string | undefined;
  readonly certificateThumbprint: string;
}

/**
 * Whether both the secret and the certificate are the registered ones. Digests are compared in constant time, and all always,
 * so that the time taken tells neither how much of a secret was right nor which of them was wrong.
 *
 * @returns with which secret the client has proven itself, or undefined when it has not
 */
export function provesClient(
  { secret, certificateThumbprint }: ClientProof,
  registered: RegisteredProof,
): 'with its secret' | 'with the secret before' | undefined {
  const digest = sha256(typeof secret === 'string' ? secret : '');
  const isSecret = isSameDigest(digest, registered.secretDigest);
  const isPrevious = isSameDigest(digest, registered.previousSecretDigest ?? '');
  const isCertificate = isSameDigest(sha256(certificateThumbprint ?? ''), sha256(registered.certificateThumbprint));
  if (!isCertificate) return undefined;
  if (isSecret) return 'with its secret';
  return isPrevious ? 'with the secret before' : undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function isSameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'base64url'), Buffer.from(other, 'base64url')];
  return left.length === right.length && timingSafeEqual(left, right);
}
