import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BankAdministration } from '@lupa/bank';
import { encodeQcStatements } from '@lupa/certificates';
import { asClientId } from '@lupa/protocol';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';
import { RSA, type ServeFiles } from './serve-files.ts';

/** A TPP that has its certificates, and is no client yet. */
export interface CertifiedTpp extends Pick<TppIdentity, 'tls' | 'signer'> {
  /** `PSDFI-FINFSA-…` */
  readonly organisation: string;
  /** What it publishes: the key it signs with, certificate and all. */
  readonly jwks: { readonly keys: readonly (JsonWebKey & { readonly kid: string })[] };
}

/** Gives a TPP certificates of the bank's trusted issuer. @param name also of its files */
export function certifyTpp(files: ServeFiles, name: string): CertifiedTpp {
  const organisation = `PSDFI-FINFSA-${String(randomBytes(3).readUIntBE(0, 3)).padStart(8, '0')}`;
  const subject = `/C=FI/O=${name}/organizationIdentifier=${organisation}/CN=${name}`;
  files.certify(`${name}-web`, {
    subject,
    newkey: RSA,
    extensions: [
      'keyUsage=critical,digitalSignature,keyEncipherment',
      'extendedKeyUsage=clientAuth,serverAuth',
      statements('web'),
    ],
  });
  files.certify(`${name}-seal`, {
    subject,
    extensions: ['keyUsage=critical,digitalSignature,nonRepudiation', statements('seal')],
  });
  const read = (file: string) => readFileSync(join(files.directory, file), 'utf8');
  const signingKey = createPrivateKey(read(`${name}-seal-key.pem`));
  const kid = `${name}-key`;
  const x5c = [`${name}-seal.pem`, 'ca.pem'].map((file) => new X509Certificate(read(file)).raw.toString('base64'));
  return {
    organisation,
    tls: { cert: read(`${name}-web.pem`), key: read(`${name}-web-key.pem`), ca: read('ca.pem') },
    signer: { key: signingKey, kid, alg: 'ES256' },
    jwks: { keys: [{ ...createPublicKey(signingKey).export({ format: 'jwk' }), kid, use: 'sig', x5c }] },
  };
}

/** Gives a TPP certificates of the bank's trusted issuer, and registers it. @param name also of its files */
export async function registerTpp(
  files: ServeFiles,
  administration: BankAdministration,
  name = 'tpp',
): Promise<TppIdentity> {
  const { organisation, tls, signer, jwks } = certifyTpp(files, name);
  const identity: TppIdentity = {
    clientId: `${name}-${randomBytes(4).toString('hex')}`,
    clientSecret: randomBytes(32).toString('hex'),
    apiKey: randomBytes(32).toString('hex'),
    tls,
    signer,
    redirectUri: 'http://localhost/callback',
  };
  await administration.registerClient({
    clientId: asClientId(identity.clientId),
    clientName: name,
    organisationId: organisation.replace(/^PSD/, ''),
    secretDigest: sha256(identity.clientSecret),
    apiKeyDigest: sha256(identity.apiKey),
    certificateThumbprint: sha256(new X509Certificate(identity.tls.cert).raw).toString('base64url'),
    roles: ['PIS'],
    redirectUris: [identity.redirectUri],
    jwks,
  });
  return identity;
}

function statements(type: 'web' | 'seal'): string {
  const psd2 = { roles: ['PSP_PI'], ncaName: 'Finnish Financial Supervisory Authority', ncaId: 'FI-FINFSA' } as const;
  return `1.3.6.1.5.5.7.1.3=DER:${Buffer.from(encodeQcStatements({ type, psd2 })).toString('hex')}`;
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
