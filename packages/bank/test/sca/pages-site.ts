import assert from 'node:assert/strict';
import { type AuthorizationId, asClientId, type SepaPaymentRequest } from '@lupa/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import { scaPages } from '../../src/sca/sca-pages.ts';
import { FakeInteractions } from './fake-interactions.ts';
import { LIISA, openScaParts, PEKKA } from './sca-parts.ts';

export const SHOP = 'Kahvipuoti & Co';

/** The pages on a server, with a shop that sends customers there. */
export async function openSite({ isSandbox = true, issuer = 'http://localhost:8080' } = {}) {
  const parts = await openScaParts();
  const interactions = new FakeInteractions();
  const app: FastifyInstance = fastify({ genReqId: () => parts.identifiers.uuid() });
  const testUsers = [
    { ...LIISA, name: 'Liisa Mäkelä' },
    { ...PEKKA, name: 'Pekka Salo' },
  ];
  await app.register(scaPages({ sca: parts.sca, interactions, issuer, ...(isSandbox && { sandbox: { testUsers } }) }));
  app.get('/oauth/authorize/:uid', (_request, reply) =>
    reply.type('text/html').send('<!doctype html><title>Shop</title><p>Back at the shop</p>'),
  );

  /** A customer is sent here with these payments. */
  async function arrive(wishes: Partial<SepaPaymentRequest>[] = [{}], uiLocales: readonly string[] = []) {
    const bundle = await parts.bundle(...wishes);
    const uid = sendAgain(bundle, uiLocales);
    return { ...bundle, uid, path: `/sca/${uid}` };
  }

  /** The shop asks once more about the same bundle. */
  function sendAgain({ authorizationId }: { authorizationId: AuthorizationId }, uiLocales: readonly string[] = []) {
    const uid = parts.identifiers.secret(16);
    interactions.begin({ uid, clientId: asClientId('tpp-a'), clientName: SHOP, authorizationId, uiLocales });
    return uid;
  }

  /** The code of the key card that the customer of this session is asked for. */
  async function codeFor(uid: string): Promise<string> {
    const session = await parts.sca.store.findSession(uid);
    assert.ok(session?.customerId !== undefined && session.challenge?.key !== undefined);
    const { series, number } = session.challenge.key;
    return parts.sca.factorSecrets.keyCode(session.customerId, series, number);
  }

  return {
    parts,
    app,
    interactions,
    arrive,
    sendAgain,
    codeFor,
    close: async () => {
      await app.close();
      await parts.close();
    },
  };
}

export type Site = Awaited<ReturnType<typeof openSite>>;
