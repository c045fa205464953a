import { createPublicKey } from 'node:crypto';
import {
  DEMO_AUTHORITY,
  DEMO_ORGANISATION,
  DEMO_ROLES,
} from '../../../packages/sandbox/src/certificates/demo-organisation.ts';
import { issueTppCertificate } from '../../../packages/sandbox/src/certificates/issue-tpp-certificate.ts';
import { newKey, pemOf } from './tpp-identity.ts';

/** A QWAC like the demo TPP's in everything but who signed it: itself. */
export async function createSelfSigned(): Promise<{ cert: string; key: string }> {
  const key = newKey();
  const { country, name, commonName } = DEMO_ORGANISATION;
  const cert = await issueTppCertificate(
    {
      type: 'web',
      organisation: DEMO_ORGANISATION,
      roles: DEMO_ROLES,
      nca: DEMO_AUTHORITY,
      publicKey: createPublicKey(key),
      lifetimeDays: 90,
      crlUrl: undefined,
    },
    { key, subject: [{ C: [country] }, { O: [name] }, { CN: [commonName] }] },
    new Date(),
  );
  return { cert, key: pemOf(key) };
}
