import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { BankKey } from '../ports/bank-keys.ts';

/** How long a caller may go on with the keys it read; a new key is published at least this long before it signs. */
const KEYS_MAX_AGE_SECONDS = 300;

/** The public half of a key of the bank's, as RFC 7517 writes it. */
export function publicJwk({ kid, alg, privateKey }: BankKey): JsonWebKey & { kid: string; alg: string; use: 'sig' } {
  return { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

/** `GET /jwks/payments/jwks.json`: the keys that verify `x-jws-signature` on the bank's answers (contract §1). */
export async function responseSignatureKeys(
  app: FastifyInstance,
  { keys }: { keys: readonly BankKey[] },
): Promise<void> {
  const keySet = { keys: keys.map(publicJwk) };
  app.get('/jwks/payments/jwks.json', async (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${KEYS_MAX_AGE_SECONDS}`)
      .header('x-content-type-options', 'nosniff')
      .send(keySet),
  );
}
