import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PaymentCertificate, readCertificate } from '@lupa/certificates';
import { API_SERVER } from '../../packages/sandbox/src/certificates/certificate-profile.ts';
import { DEMO_AUTHORITY } from '../../packages/sandbox/src/certificates/demo-organisation.ts';
import { issueCertificate } from '../../packages/sandbox/src/certificates/issue-certificate.ts';
import {
  issueTppCertificate,
  type TppCertificateRequest,
} from '../../packages/sandbox/src/certificates/issue-tpp-certificate.ts';
import { makeRevocationList } from '../../packages/sandbox/src/certificates/make-revocation-list.ts';
import type { Revocation } from '../../packages/sandbox/src/certificates/revocation.ts';
import {
  type CertificateIssuer,
  signCertificate,
  x509,
} from '../../packages/sandbox/src/certificates/sign-certificate.ts';

/** A certificate with its key, PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly read: PaymentCertificate;
  /** `x5t#S256` */
  readonly thumbprint: string;
}

/** What a test may want otherwise in a certificate. */
export type CertificateWishes = Partial<Omit<TppCertificateRequest, 'publicKey' | 'crlUrl'>> & {
  readonly organizationIdentifier?: string;
  /** `null` names no list; left out, the service's own is named. */
  readonly crlUrl?: string | null;
  /** Issued as of then; now when left out. */
  readonly now?: Date;
  /** For this private key instead of a new one. */
  readonly key?: KeyObject;
  /** Signed by this authority below the service's own, instead of that. */
  readonly issuer?: CertificateIssuer;
};

/** What the list's server does when it is asked. */
export type ListBehaviour = 'serve' | 'break' | 'hang' | 'not-found' | { readonly bytes: Uint8Array };

export const ORGANISATION = 'PSDFI-FINFSA-1234567-8';

/** A trust service of a test's own: a CA, what it issues, and the revocation list that it publishes. */
export async function openTrustService(now: () => Date = () => new Date()) {
  const caKey = newKey();
  const subject = [{ C: ['FI'] }, { O: ['Test trust service'] }, { CN: [`Test CA ${randomUUID().slice(0, 8)}`] }];
  const issuer: CertificateIssuer = { key: caKey, subject };
  const revocations: Revocation[] = [];
  const list = { behaviour: 'serve' as ListBehaviour, asked: 0, lifetimeMs: 86_400_000 };

  function current(of: CertificateIssuer = issuer): Promise<Buffer> {
    return makeRevocationList(revocations, of, {
      thisUpdate: now(),
      nextUpdate: new Date(now().getTime() + list.lifetimeMs),
    });
  }

  const server = createServer(async (_request, response) => {
    list.asked += 1;
    const { behaviour } = list;
    if (behaviour === 'break') response.destroy();
    else if (behaviour === 'not-found') response.writeHead(404).end();
    else if (behaviour !== 'hang') response.end(typeof behaviour === 'object' ? behaviour.bytes : await current());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ca.crl`;

  return {
    /** PEM */
    ca: await signCertificate(authorityContent(issuer, {}), issuer, yearsAgo(now())),
    issuer,
    listUrl,
    /** How its server behaves, and how often it was asked. */
    list,
    /** A list as it would be published now. */
    current,
    /** A QWAC of `ORGANISATION` unless told otherwise. */
    issue: async (wishes: CertificateWishes = {}): Promise<IssuedCertificate> => {
      const { organizationIdentifier = ORGANISATION, crlUrl = listUrl, issuer: signer = issuer } = wishes;
      const { key = newKey(), now: at = now(), ...rest } = wishes;
      const request: TppCertificateRequest = {
        type: 'web',
        organisation: { name: 'Test TPP', commonName: 'Test', country: 'FI', organizationIdentifier },
        roles: ['PSP_PI'],
        nca: DEMO_AUTHORITY,
        publicKey: createPublicKey(key),
        lifetimeDays: 820,
        ...rest,
        crlUrl: crlUrl ?? undefined,
      };
      return issued(await issueTppCertificate(request, signer, at), key);
    },
    /** For the bank's own listener. */
    issueServer: async (): Promise<IssuedCertificate> => {
      const key = newKey();
      return issued(await issueCertificate(API_SERVER, createPublicKey(key), issuer, now()), key);
    },
    /** An authority below this one. */
    issueAuthority: async ({
      crlUrl,
      lifetimeDays = 365,
    }: {
      crlUrl?: string;
      lifetimeDays?: number;
    } = {}): Promise<IssuedCertificate & { readonly issuer: CertificateIssuer }> => {
      const key = newKey();
      const below: CertificateIssuer = { key, subject: [{ C: ['FI'] }, { CN: [`Intermediate ${randomUUID()}`] }] };
      const content = { ...authorityContent(below, { pathLength: 0, crlUrl }), lifetimeDays };
      return { ...issued(await signCertificate(content, issuer, now()), key), issuer: below };
    },
    revoke: ({ read }: Pick<IssuedCertificate, 'read'>): void => {
      revocations.push({ serial: read.serial, revokedAt: now().toISOString(), reason: 'keyCompromise' });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type TrustService = Awaited<ReturnType<typeof openTrustService>>;

/** The public JWK of a key with its certificate, as a TPP publishes it. */
export function certifiedJwk({ key, read }: IssuedCertificate, kid: string, above: readonly Uint8Array[] = []): object {
  const x5c = [read.raw, ...above].map((der) => Buffer.from(der).toString('base64'));
  return { ...createPublicKey(createPrivateKey(key)).export({ format: 'jwk' }), kid, use: 'sig', x5c };
}

export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function issued(cert: string, key: KeyObject): IssuedCertificate {
  const read = readCertificate(Buffer.from(cert.replaceAll(/-----.*?-----|\s/g, ''), 'base64'));
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), read, thumbprint: read.thumbprint };
}

/** Unlike the sandbox's, this CA may have authorities below it. */
function authorityContent(
  { key, subject }: CertificateIssuer,
  { pathLength, crlUrl }: { pathLength?: number; crlUrl?: string | undefined },
) {
  const { KeyUsageFlags } = x509;
  const extensions = [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ...(crlUrl === undefined ? [] : [new x509.CRLDistributionPointsExtension([crlUrl])]),
  ];
  return { subject: [...subject], publicKey: createPublicKey(key), lifetimeDays: 3652, extensions };
}

/** So that tests may set their clocks back. */
function yearsAgo(now: Date): Date {
  return new Date(now.getTime() - 3 * 365 * 86_400_000);
}
