import { createHash, createPrivateKey, createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BankAdministration } from '@lupa/bank';
import { encodeQcStatements } from '@lupa/certificates';
import { asClientId } from '@lupa/protocol';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';
import { RSA, type ServeFiles } from './serve-files.ts';

/** Gives a TPP certificates of the bank's trusted issuer, and registers it. @param name also of its files */
export async function registerTpp(
  files: ServeFiles,
  administration: BankAdministration,
  name = 'tpp',
): Promise<TppIdentity> {
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
  const identity: TppIdentity = {
    clientId: `${name}-${randomBytes(4).toString('hex')}`,
    clientSecret: randomBytes(32).toString('hex'),
    apiKey: randomBytes(32).toString('hex'),
    tls: { cert: read(`${name}-web.pem`), key: read(`${name}-web-key.pem`), ca: read('ca.pem') },
    signer: { key: signingKey, kid: `${name}-key`, alg: 'ES256' },
    redirectUri: 'http://localhost/callback',
  };
  const x5c = [`${name}-seal.pem`, 'ca.pem'].map((file) => new X509Certificate(read(file)).raw.toString('base64'));
  await administration.registerClient({
    clientId: asClientId(identity.clientId),
    clientName: name,
    organisationId: organisation.replace(/^PSD/, ''),
    secretDigest: sha256(identity.clientSecret),
    apiKeyDigest: sha256(identity.apiKey),
    certificateThumbprint: sha256(new X509Certificate(identity.tls.cert).raw).toString('base64url'),
    roles: ['PIS'],
    redirectUris: [identity.redirectUri],
    jwks: {
      keys: [{ ...createPublicKey(signingKey).export({ format: 'jwk' }), kid: identity.signer.kid, use: 'sig', x5c }],
    },
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
