import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Psd2Role } from '@lupa/certificates';
import { asClientId, type JwsSigner } from '@lupa/protocol';
import type { Sandbox } from '@lupa/sandbox';
import { AUTHORITY } from '../../../packages/sandbox/src/certificates/certificate-profile.ts';
import { DEMO_AUTHORITY } from '../../../packages/sandbox/src/certificates/demo-organisation.ts';
import {
  issueTppCertificate,
  type TppCertificateRequest,
} from '../../../packages/sandbox/src/certificates/issue-tpp-certificate.ts';
import type { Authority } from '../../../packages/sandbox/src/certificates/keep-certificate.ts';
import { CRL_PATH } from '../../../packages/sandbox/src/certificates/published-revocation-list.ts';

/** Everything a TPP calls the bank with. */
export interface TppIdentity {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
  /** PEM */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly signer: JwsSigner;
  readonly redirectUri: string;
}

/** A key that a TPP signs with, to be certified and registered. */
export interface SigningKey {
  /** Private or public. */
  readonly key: KeyObject;
  readonly kid: string;
}

/** Who the TPPs of `registerAnotherTpp` are, unless told otherwise. */
const ANOTHER_ORGANISATION = 'PSDFI-FINFSA-7654321-0';

/** The sandbox's demo TPP, read from its files. */
export async function demoTpp({ tpp, ca }: Pick<Sandbox, 'tpp' | 'ca'>): Promise<TppIdentity> {
  const read = (path: string) => readFile(path, 'utf8');
  const [cert, key, issuer, signingKey] = await Promise.all([
    read(tpp.cert),
    read(tpp.key),
    read(ca),
    read(tpp.signingKey),
  ]);
  return {
    clientId: tpp.clientId,
    clientSecret: tpp.clientSecret,
    apiKey: tpp.apiKey,
    tls: { cert, key, ca: issuer },
    signer: { key: createPrivateKey(signingKey), kid: tpp.signingKid, alg: 'ES256' },
    redirectUri: 'http://localhost/callback',
  };
}

/** The CA of a sandbox, with its key. */
export async function sandboxAuthority({ dataDir, ca }: Pick<Sandbox, 'dataDir' | 'ca'>): Promise<Authority> {
  const [certificate, key] = await Promise.all([
    readFile(ca, 'utf8'),
    readFile(join(dataDir, 'bank', 'ca-key.pem'), 'utf8'),
  ]);
  return { certificate, key: createPrivateKey(key), subject: AUTHORITY.subject };
}

/** What a test may want otherwise in a certificate. */
export type CertificateWishes = Partial<Omit<TppCertificateRequest, 'publicKey'>> & {
  readonly organizationIdentifier?: string;
  /** Issued as of then; now when left out. */
  readonly now?: Date;
};

/**
 * Issues a certificate of the sandbox's CA as its generator would: a QWAC for `ANOTHER_ORGANISATION` unless told otherwise.
 *
 * @param key private or public
 * @returns PEM
 */
export async function issueFor(
  sandbox: Pick<Sandbox, 'dataDir' | 'ca' | 'authorize'>,
  key: KeyObject,
  { organizationIdentifier = ANOTHER_ORGANISATION, now = new Date(), ...wishes }: CertificateWishes = {},
): Promise<string> {
  const request: TppCertificateRequest = {
    type: 'web',
    organisation: { name: 'Another TPP', commonName: 'Another', country: 'FI', organizationIdentifier },
    roles: ['PSP_PI'],
    nca: DEMO_AUTHORITY,
    publicKey: key.type === 'private' ? createPublicKey(key) : key,
    lifetimeDays: 90,
    crlUrl: `${sandbox.authorize}${CRL_PATH}`,
    ...wishes,
  };
  return issueTppCertificate(request, await sandboxAuthority(sandbox), now);
}

/** A signing key as a TPP publishes it: the public JWK with a QSEALC of the sandbox's CA as its `x5c`. */
async function sealedJwk(
  sandbox: Pick<Sandbox, 'dataDir' | 'ca' | 'authorize'>,
  { key, kid }: SigningKey,
  wishes: CertificateWishes = {},
): Promise<JsonWebKey> {
  const certificate = await issueFor(sandbox, key, { type: 'seal', ...wishes });
  const chain = [certificate, await readFile(sandbox.ca, 'utf8')];
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const x5c = chain.map((pem) => new X509Certificate(pem).raw.toString('base64'));
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', x5c };
}

/**
 * Registers one more TPP with certificates of the sandbox's CA: as good as the demo TPP in everything, so that what it is
 * refused is refused because it is another.
 *
 * @param roles the bank knows it in; its certificates always say payment initiation, unless `certificateRoles` says otherwise
 * @param moreKeys it signs with beside its own; each gets a QSEALC
 */
export async function registerAnotherTpp(
  sandbox: Sandbox,
  {
    roles = ['PIS'],
    certificateRoles = ['PSP_PI'],
    moreKeys = [],
  }: {
    roles?: readonly string[];
    certificateRoles?: readonly Psd2Role[];
    moreKeys?: readonly SigningKey[];
  } = {},
): Promise<TppIdentity> {
  const tlsKey = newKey();
  const signer = { key: newKey(), kid: `another-${randomBytes(6).toString('hex')}`, alg: 'ES256' } as const;
  const wishes = { roles: certificateRoles };
  const [cert, ca, ...keys] = await Promise.all([
    issueFor(sandbox, tlsKey, wishes),
    readFile(sandbox.ca, 'utf8'),
    ...[signer, ...moreKeys].map((each) => sealedJwk(sandbox, each, wishes)),
  ]);
  const identity: TppIdentity = {
    clientId: `another-${randomBytes(6).toString('hex')}`,
    clientSecret: randomBytes(32).toString('hex'),
    apiKey: randomBytes(32).toString('hex'),
    tls: { cert, key: pemOf(tlsKey), ca },
    signer,
    redirectUri: 'http://localhost/another',
  };
  await sandbox.bank.administration.registerClient({
    clientId: asClientId(identity.clientId),
    clientName: 'Another TPP',
    organisationId: ANOTHER_ORGANISATION.replace(/^PSD/, ''),
    secretDigest: sha256(identity.clientSecret),
    apiKeyDigest: sha256(identity.apiKey),
    certificateThumbprint: sha256(new X509Certificate(cert).raw).toString('base64url'),
    roles,
    redirectUris: [identity.redirectUri],
    jwks: { keys },
  });
  return identity;
}

export function newKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function pemOf(key: ReturnType<typeof newKey>): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
