import type { FastifyInstance } from 'fastify';
import { KEYS_MAX_AGE_SECONDS } from '../domain/key-schedule.ts';
import type { KeyRing } from './key-ring.ts';

/** `GET /jwks/payments/jwks.json`: the keys that verify `x-jws-signature` on the bank's answers (contract §1). */
export async function responseSignatureKeys(app: FastifyInstance, { ring }: { ring: KeyRing }): Promise<void> {
  app.get('/jwks/payments/jwks.json', async (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${KEYS_MAX_AGE_SECONDS}`)
      .header('x-content-type-options', 'nosniff')
      .send(ring.published()),
  );
}
