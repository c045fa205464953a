import { createHash, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { openBank } from '@lupa/bank';
import { asClientId } from '@lupa/protocol';
import { findFreePort } from '../../../packages/sandbox/src/free-port.ts';
import { TestTpp } from '../../flow/support/test-tpp.ts';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';
import { certifiedJwk, type IssuedCertificate, openTrustService } from '../../support/certificate-authority.ts';
import { startPostgres } from '../../support/postgres.ts';

/** What a client is registered with; whatever is left out is as it should be. */
export interface Registered {
  /** Under TLS. */
  readonly certificate?: IssuedCertificate;
  /** Its signing key. */
  readonly seal?: IssuedCertificate;
  /** That key's public half as it is published. */
  readonly jwk?: object;
}

/** The organisation of every client here, as certificates have it without `PSD`. */
const ORGANISATION_ID = 'FI-FINFSA-1234567-8';

/**
 * A bank whose one trust anchor is a trust service of the test's own, whose list it fetches every second, by a clock that the test
 * moves.
 */
export async function openCertificateBank() {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const end of closing.splice(0)) await end();
  };
  try {
    const clock = { aheadMs: 0 };
    const now = () => new Date(Date.now() + clock.aheadMs);
    const service = await openTrustService(now);
    closing.unshift(() => service.close());
    const postgres = await startPostgres();
    closing.unshift(() => postgres.stop());
    const ports = new Set<number>();
    const [api, authorize] = [await findFreePort(0, ports), await findFreePort(0, ports)];
    const addresses = { api: `https://localhost:${api}`, authorize: `http://localhost:${authorize}` };
    const server = await service.issueServer();
    const bank = await openBank({
      store: { kind: 'postgres', url: await postgres.createDatabase() },
      api: {
        ...{ host: 'localhost', port: api, url: addresses.api, certificate: server.cert, privateKey: server.key },
        trustedIssuers: service.ca,
      },
      authorize: { host: 'localhost', port: authorize, url: addresses.authorize },
      audiences: [],
      keys: {
        responseSigning: [{ kid: 'answers', alg: 'ES256', privateKey: newKeys('ec') }],
        idTokens: [{ kid: 'id-tokens', alg: 'RS256', privateKey: newKeys('rsa') }],
        cookieKeys: ['a cookie key of the tests'],
      },
      factorSecret: 'a factor secret of the tests, long enough',
      bankCodes: ['5'],
      revocation: { lists: [{ url: service.listUrl }], refreshSeconds: 1 },
      log: { level: 'fatal' },
      clock: { now },
    });
    closing.unshift(() => bank.close());

    /** Registers one more client of the one organisation. */
    async function tppOf({ certificate, seal, jwk }: Registered = {}): Promise<TestTpp> {
      const [tls, sealing] = [certificate ?? (await service.issue()), seal ?? (await service.issue({ type: 'seal' }))];
      const clientId = `client-${randomBytes(6).toString('hex')}`;
      const identity: TppIdentity = {
        clientId,
        clientSecret: randomBytes(24).toString('hex'),
        apiKey: randomBytes(24).toString('hex'),
        tls: { cert: tls.cert, key: tls.key, ca: service.ca },
        signer: { key: createPrivateKey(sealing.key), kid: `key of ${clientId}`, alg: 'ES256' },
        redirectUri: 'http://localhost/callback',
      };
      await bank.administration.registerClient({
        clientId: asClientId(clientId),
        clientName: 'A client',
        organisationId: ORGANISATION_ID,
        secretDigest: sha256(identity.clientSecret),
        apiKeyDigest: sha256(identity.apiKey),
        certificateThumbprint: tls.thumbprint,
        roles: ['PIS'],
        redirectUris: [identity.redirectUri],
        jwks: { keys: [{ ...(jwk ?? certifiedJwk(sealing, '')), kid: identity.signer.kid }] },
      });
      const tpp = await TestTpp.of(identity, addresses);
      closing.unshift(() => tpp.close());
      return tpp;
    }

    return { service, clock, addresses, tppOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export type CertificateBank = Awaited<ReturnType<typeof openCertificateBank>>;

function newKeys(type: 'ec' | 'rsa') {
  return type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
