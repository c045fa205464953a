import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asClientId, type JwsSigner } from '@lupa/protocol';
import type { Sandbox } from '@lupa/sandbox';
import { AUTHORITY, DEMO_TPP_CLIENT } from '../../../packages/sandbox/src/certificates/certificate-profile.ts';
import { issueCertificate } from '../../../packages/sandbox/src/certificates/issue-certificate.ts';

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

/**
 * Registers one more TPP with a certificate of the sandbox's CA: as good as the demo TPP in everything, so that what it is
 * refused is refused because it is another.
 *
 * @param moreKeys public keys it signs with beside its own, as JWKs
 */
export async function registerAnotherTpp(
  { bank, dataDir, ca }: Sandbox,
  { roles = ['PIS'], moreKeys = [] }: { roles?: readonly string[]; moreKeys?: readonly object[] } = {},
): Promise<TppIdentity> {
  const [issuer, caKey] = await Promise.all([
    readFile(ca, 'utf8'),
    readFile(join(dataDir, 'bank', 'ca-key.pem'), 'utf8'),
  ]);
  const authority = { key: createPrivateKey(caKey), publicKey: createPublicKey(caKey), subject: AUTHORITY.subject };
  const tlsKey = newKey();
  const cert = await issueCertificate(DEMO_TPP_CLIENT, createPublicKey(tlsKey), authority, new Date());
  const identity: TppIdentity = {
    clientId: `another-${randomBytes(6).toString('hex')}`,
    clientSecret: randomBytes(32).toString('hex'),
    apiKey: randomBytes(32).toString('hex'),
    tls: { cert, key: pemOf(tlsKey), ca: issuer },
    signer: { key: newKey(), kid: `another-${randomBytes(6).toString('hex')}`, alg: 'ES256' },
    redirectUri: 'http://localhost/another',
  };
  await bank.administration.registerClient({
    clientId: asClientId(identity.clientId),
    clientName: 'Another TPP',
    organisationId: 'FI-FINFSA-7654321-0',
    secretDigest: sha256(identity.clientSecret),
    apiKeyDigest: sha256(identity.apiKey),
    certificateThumbprint: sha256(new X509Certificate(cert).raw).toString('base64url'),
    roles,
    redirectUris: [identity.redirectUri],
    jwks: {
      keys: [
        { ...createPublicKey(identity.signer.key).export({ format: 'jwk' }), kid: identity.signer.kid },
        ...moreKeys,
      ],
    },
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
