import { constants, createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { type AuthorizationStatus, asAuthorizationId, asClientId, asCustomerId } from '@lupa/protocol';
import fastify from 'fastify';
import {
  certifiedJwk,
  type IssuedCertificate,
  openTrustService,
} from '../../../../test/support/certificate-authority.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { PostgresAuthorizationRequests } from '../../src/adapters/postgres/authorization-requests.ts';
import { PostgresClients } from '../../src/adapters/postgres/clients.ts';
import { PostgresCustomers } from '../../src/adapters/postgres/customers.ts';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { PostgresExemptionStore } from '../../src/adapters/postgres/exemption-store.ts';
import { PostgresTokenArtifacts } from '../../src/adapters/postgres/token-artifacts.ts';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import { sealedClientKeys } from '../../src/adapters/sealed-client-keys.ts';
import { createAuthorizationServer } from '../../src/authorization-server/create-authorization-server.ts';
import type { AuthorizationServerOptions } from '../../src/authorization-server/options.ts';
import { certificateGuard } from '../../src/http/certificate-guard.ts';
import type { BankKeys } from '../../src/ports/bank-keys.ts';
import { trustIn } from '../trust-in.ts';
import { TestTpp } from './test-tpp.ts';

/** An `aud` that requests may name besides the bank's own addresses. */
export const AUDIENCE_ALIAS = 'https://mtls.bank.example';

/** How much of `BankUnderTest` a contract needs: the bank is open only while tests run. */
export type OpenBank = () => BankUnderTest;

export type BankUnderTest = Awaited<ReturnType<typeof openBankUnderTest>>;

/** An authorization server on two real listeners, with two TPPs, a customer, and SCA pages that do as they are told. */
export async function openBankUnderTest(database: Database, changes: Partial<AuthorizationServerOptions> = {}) {
  const [apiPort, issuerPort] = await Promise.all([freePort(), freePort()]);
  const issuer = `http://localhost:${issuerPort}`;
  const apiBaseUrl = `https://localhost:${apiPort}`;
  const faults: unknown[] = [];
  const shift = { milliseconds: 0 };
  const now = () => new Date(Date.now() + shift.milliseconds);
  const service = await openTrustService(now);
  const { trust } = trustIn(service, { now }, database);
  const clients = new PostgresClients(database);
  const artifacts = new PostgresTokenArtifacts(database, { now });
  const idTokenKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const responseKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys: BankKeys = {
    idTokens: [{ kid: 'id-1', alg: 'RS256', privateKey: idTokenKey.privateKey }],
    responseSigning: [{ kid: 'response-1', alg: 'ES256', privateKey: responseKey.privateKey }],
    cookieKeys: ['a cookie key of the tests'],
  };
  const server = createAuthorizationServer({
    issuer,
    apiBaseUrl,
    audiences: [AUDIENCE_ALIAS],
    clients,
    artifacts,
    authorizationRequests: new PostgresAuthorizationRequests(database),
    exemptions: new PostgresExemptionStore(database),
    identifiers: randomIdentifiers({ now }),
    keys: () => keys,
    clock: { now },
    clientKeys: sealedClientKeys(trust),
    guard: certificateGuard(trust),
    onFault: (fault) => faults.push(fault),
    ...changes,
  });
  const { ca } = service;
  const [tls, tppA, tppB] = await Promise.all([service.issueServer(), service.issue(), service.issue()]);
  // Without tickets, as the bank's own listener: a resumed session shows no certificate of its own, and is refused.
  const secureOptions = constants.SSL_OP_NO_TICKET;
  const mutual = { requestCert: true, rejectUnauthorized: true, secureOptions };
  const api = fastify({ https: { cert: tls.cert, key: tls.key, ca, ...mutual } });
  const pages = fastify({ genReqId: () => randomUUID() });
  await api.register(server.api);
  await pages.register(server.authorize);
  pages.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  pages.get<{ Params: { uid: string } }>('/sca/:uid', async ({ raw, params }, reply) => {
    const interaction = await server.interactions.find(raw, reply.raw, params.uid);
    return interaction ?? reply.code(404).send({});
  });
  pages.post<{ Params: { uid: string } }>('/sca/:uid', async ({ raw, params, body }, reply) => {
    const said = new URLSearchParams(String(body)).get('action');
    const result = said === 'approve' ? { approved: { customerId } } : { denied: said ?? '' };
    return { next: await server.interactions.finish(raw, reply.raw, params.uid, result) };
  });
  await Promise.all([
    api.listen({ host: '127.0.0.1', port: apiPort }),
    pages.listen({ host: '127.0.0.1', port: issuerPort }),
  ]);
  const customerId = asCustomerId(randomUUID());
  const passwordHash = 'scrypt$16384$8$1$c2FsdA$aGFzaA';
  await new PostgresCustomers(database).add({ customerId, username: customerId, name: 'Aino Virtanen', passwordHash });
  const addresses = { issuer, apiBaseUrl, ca, nowSeconds: () => Math.floor(now().getTime() / 1000) };

  async function register(certificate: IssuedCertificate): Promise<TestTpp> {
    const tpp = new TestTpp(addresses, randomUUID(), certificate);
    const [es, rs] = await Promise.all([
      service.issue({ type: 'seal', key: tpp.es256.privateKey }),
      service.issue({ type: 'seal', key: tpp.rs256.privateKey }),
    ]);
    await clients.save({
      clientId: asClientId(tpp.clientId),
      clientName: 'Shop <&> Ab',
      organisationId: 'FI-FINFSA-1234567-8',
      secretDigest: sha256(tpp.secret),
      apiKeyDigest: sha256(tpp.clientId),
      certificateThumbprint: certificate.thumbprint,
      roles: ['PIS'],
      redirectUris: tpp.redirectUris,
      jwks: { keys: [certifiedJwk(es, 'es'), certifiedJwk(rs, 'rs')] },
      created: new Date(),
    });
    return tpp;
  }

  /** An authorization as the payments API makes it, without its payments. */
  async function newAuthorization(tpp: TestTpp, status: AuthorizationStatus = 'Unauthorized') {
    const authorizationId = asAuthorizationId(randomUUID());
    const now = new Date();
    await database.query(INSERT_AUTHORIZATION, [authorizationId, tpp.clientId, status, now]);
    return authorizationId;
  }

  async function setStatus(authorizationId: string, status: AuthorizationStatus): Promise<void> {
    await database.query(SET_STATUS, [authorizationId, status, customerId, new Date()]);
  }

  return {
    ...addresses,
    now,
    database,
    artifacts,
    clients,
    customerId,
    faults,
    idTokenKey: idTokenKey.publicKey,
    service,
    tppA: await register(tppA),
    tppB: await register(tppB),
    newAuthorization,
    setStatus,
    /** Moves the bank's clock on; nobody waits. */
    passSeconds: (seconds: number) => {
      shift.milliseconds += seconds * 1000;
    },
    findToken: async (token: string) => (await database.query<StoredToken>(FIND_TOKEN, [sha256(token)]))[0],
    close: async () => {
      await Promise.all([api.close(), pages.close(), service.close()]);
    },
  };
}

/** An access token as the payments API finds it. */
export interface StoredToken {
  readonly kind: string;
  readonly clientId: string;
  readonly thumbprint: string;
  readonly scope: string;
  readonly authorizationId: string | null;
  readonly customerId: string | null;
  readonly unconfirmedRefresh: string | null;
  readonly payload: unknown;
}

const FIND_TOKEN = {
  name: 'test-find-token',
  text: `SELECT kind, client_id AS "clientId", certificate_thumbprint AS thumbprint, scope,
    authorization_id AS "authorizationId", customer_id AS "customerId", unconfirmed_refresh AS "unconfirmedRefresh", payload
    FROM access_tokens WHERE token_digest = $1`,
};
const INSERT_AUTHORIZATION = {
  name: 'test-insert-authorization',
  text: `INSERT INTO authorizations (authorization_id, client_id, payment_type, status, payment_count, created, modified)
    VALUES ($1, $2, 'SepaPayment', $3, 1, $4, $4)`,
};
const SET_STATUS = {
  name: 'test-set-authorization-status',
  text: 'UPDATE authorizations SET status = $2, customer_id = $3, authorized = $4 WHERE authorization_id = $1',
};

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
