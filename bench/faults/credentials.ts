import { createHash, createPublicKey, type KeyObject, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import type { Psd2Role } from '@lupa/certificates';
import { API_SERVER, AUTHORITY } from '../../packages/sandbox/src/certificates/certificate-profile.ts';
import { DEMO_AUTHORITY } from '../../packages/sandbox/src/certificates/demo-organisation.ts';
import { issueCertificate } from '../../packages/sandbox/src/certificates/issue-certificate.ts';
import { issueTppCertificate } from '../../packages/sandbox/src/certificates/issue-tpp-certificate.ts';
import { makeRevocationList } from '../../packages/sandbox/src/certificates/make-revocation-list.ts';
import type { TppIdentity } from '../../test/flow/support/tpp-identity.ts';
import { makeKey, privatePem } from '../support/certificates.ts';
import type { BankCertificates, ClientToRegister } from './bank/messages.ts';

/** Everything that one party knows another by, made anew for each run. */
export interface Credentials {
  readonly bank: BankCertificates;
  /** Nothing is revoked: DER. */
  readonly revocationList: Buffer;
  readonly tpps: readonly { readonly identity: TppIdentity; readonly registration: ClientToRegister }[];
}

/** Longer than any clock of a run is moved. */
const RUN_DAYS = 30;
const DAY_MS = 86_400_000;
const ROLES: readonly Psd2Role[] = ['PSP_PI'];

interface Issuer {
  readonly key: KeyObject;
  readonly subject: typeof AUTHORITY.subject;
  /** PEM */
  readonly certificate: string;
}

/** The one place of the harness that knows what certificates look like. */
export async function makeCredentials(tpps: number): Promise<Credentials> {
  const signs = { key: makeKey(), subject: AUTHORITY.subject };
  const certificate = await issueCertificate(AUTHORITY, createPublicKey(signs.key), signs, new Date());
  const issuer: Issuer = { ...signs, certificate };
  const server = makeKey();
  const [thisUpdate, nextUpdate] = [new Date(), new Date(Date.now() + RUN_DAYS * DAY_MS)];
  return {
    revocationList: await makeRevocationList([], issuer, { thisUpdate, nextUpdate }),
    bank: {
      authority: certificate,
      certificate: await issueCertificate(API_SERVER, createPublicKey(server), issuer, new Date()),
      privateKey: privatePem(server),
    },
    tpps: await Promise.all(Array.from({ length: tpps }, (_, at) => makeTpp(at, issuer))),
  };
}

async function makeTpp(at: number, issuer: Issuer): Promise<Credentials['tpps'][number]> {
  const organisationId = `FI-FINFSA-100000${at}-1`;
  const organisation = {
    ...{ name: `TPP ${at}`, commonName: `tpp-${at}`, country: 'FI' },
    organizationIdentifier: `PSD${organisationId}`,
  };
  const issue = (type: 'web' | 'seal', key: KeyObject) => {
    const of = { type, organisation, roles: ROLES, nca: DEMO_AUTHORITY, lifetimeDays: RUN_DAYS, crlUrl: undefined };
    return issueTppCertificate({ ...of, publicKey: createPublicKey(key) }, issuer, new Date());
  };
  const [tls, seal] = [makeKey(), makeKey()];
  const [cert, sealed] = await Promise.all([issue('web', tls), issue('seal', seal)]);
  const kid = `faults-${at}`;
  const secrets = {
    clientId: `tpp-${at}-${randomUUID()}`,
    clientSecret: randomBytes(32).toString('base64url'),
    apiKey: randomBytes(32).toString('base64url'),
    redirectUri: 'http://localhost/callback',
  };
  const x5c = [sealed, issuer.certificate].map((pem) => new X509Certificate(pem).raw.toString('base64'));
  return {
    identity: {
      ...secrets,
      tls: { cert, key: privatePem(tls), ca: issuer.certificate },
      signer: { key: seal, kid, alg: 'ES256' },
    },
    registration: {
      ...secrets,
      clientName: organisation.name,
      organisationId,
      certificateThumbprint: createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url'),
      jwks: { keys: [{ ...createPublicKey(seal).export({ format: 'jwk' }), kid, use: 'sig', x5c }] },
    },
  };
}
