import { createPublicKey } from 'node:crypto';
import { DEMO_TPP_CLIENT } from '../../../packages/sandbox/src/certificates/certificate-profile.ts';
import { issueCertificate } from '../../../packages/sandbox/src/certificates/issue-certificate.ts';
import { newKey, pemOf } from './tpp-identity.ts';

/** A client certificate like the demo TPP's in everything but who signed it: itself. */
export async function createSelfSigned(): Promise<{ cert: string; key: string }> {
  const key = newKey();
  const publicKey = createPublicKey(key);
  const authority = { key, publicKey, subject: DEMO_TPP_CLIENT.subject };
  return { cert: await issueCertificate(DEMO_TPP_CLIENT, publicKey, authority, new Date()), key: pemOf(key) };
}
