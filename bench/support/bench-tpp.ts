import { createHash, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import type { BenchCertificates, Identity } from './certificates.ts';

/** The one TPP that all requests of a run come from. Texts only, so that it can be sent to other processes. */
export interface BenchTpp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
  /** `x5t#S256` of its TLS certificate. */
  readonly certificateThumbprint: string;
  readonly signing: Identity & { readonly kid: string };
}

export function makeTpp({ client, seal }: BenchCertificates): BenchTpp {
  return {
    clientId: randomUUID(),
    clientSecret: randomBytes(32).toString('base64url'),
    apiKey: randomBytes(32).toString('base64url'),
    certificateThumbprint: createHash('sha256').update(new X509Certificate(client.certificate).raw).digest('base64url'),
    signing: { kid: 'bench', ...seal },
  };
}
