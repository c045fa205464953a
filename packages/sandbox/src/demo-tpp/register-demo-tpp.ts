import { createHash, X509Certificate } from 'node:crypto';
import type { Bank } from '@lupa/bank';
import { asClientId } from '@lupa/protocol';
import { DEMO_ORGANISATION } from '../certificates/demo-organisation.ts';
import type { DemoTpp } from './keep-demo-tpp.ts';

/** Tells the bank of the demo TPP as it is now: its certificate may have been renewed and its redirect URIs have moved. */
export async function registerDemoTpp(
  { administration }: Bank,
  { registration, jwks }: DemoTpp,
  certificate: string,
): Promise<void> {
  await administration.registerClient({
    clientId: asClientId(registration.client_id),
    clientName: registration.client_name,
    organisationId: DEMO_ORGANISATION.organizationIdentifier.replace(/^PSD/, ''),
    secretDigest: sha256(registration.client_secret),
    apiKeyDigest: sha256(registration.api_key),
    certificateThumbprint: sha256(new X509Certificate(certificate).raw).toString('base64url'),
    roles: registration.software_roles,
    redirectUris: registration.redirect_uris,
    jwks,
  });
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
