import { hash } from 'node:crypto';
import type { Psd2Role } from '@lupa/certificates';
import {
  asClientId,
  checkRegistrationTimes,
  LupaError,
  parseCompactJws,
  parseRegistrationClaims,
  parseSoftwareStatementClaims,
  parseStrictJson,
  type RegistrationClaims,
  RegistrationRefused,
  type SoftwareRole,
  type SoftwareStatementClaims,
  verifyCompactJws,
} from '@lupa/protocol';
import { type KeySet, kidsOf } from '../domain/key-set.ts';
import type { KnownCertificate } from '../ports/certificate-trust.ts';
import type { NewRegistration } from '../ports/registrations.ts';
import { type CertifiedOrganisation, organisationOf } from './certified-organisation.ts';
import { type CertifiedKeys, certifyKeys } from './certify-keys.ts';
import { digestOf, newClientSecret } from './client-secret.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { type RegistrationBank, registrationAudit, underCheck } from './registration-bank.ts';

/** One call that registers. */
export interface RegistrationAttempt {
  /** That of the TLS connection: a QWAC that was let in. */
  readonly certificate: KnownCertificate;
  /** The header `x-api-key`. */
  readonly developerKey: string | undefined;
  /** Reads the body, the registration JWT. @throws RegistrationRefused request */
  readonly readJwt: () => string;
  readonly requestId: string;
}

/** A client as it was registered, with the secrets nobody can be told again. */
export interface RegisteredNow {
  readonly client: NewRegistration['client'];
  readonly clientSecret: string;
  readonly apiKey: string;
  readonly registrationToken: string;
}

/** What a software may do, and the role its organisation must have for it (ETSI TS 119 495 section 5.1). */
const ROLE_OF: Readonly<Record<SoftwareRole, Psd2Role>> = { PIS: 'PSP_PI', AIS: 'PSP_AI', CBPII: 'PSP_IC' };

/**
 * Registers a TPP's application (contract §10). The chain is followed whole: the TLS certificate names the organisation, the
 * software statement must name the same, its key set is fetched and every key in it judged by its certificate, and both JWTs must
 * be signed with such keys. What costs nothing is checked first, and nothing is fetched for a registration that is refused anyway.
 * The client, the use of its `jti` and the line of the audit trail are written in one transaction, or nothing is.
 *
 * @throws RegistrationRefused the first check that fails, in the order of `REGISTRATION_CHECKS`
 * @throws LupaError TOO_MANY_REQUESTS
 */
export async function registerClient(bank: RegistrationBank, attempt: RegistrationAttempt): Promise<RegisteredNow> {
  const now = bank.clock.now();
  const organisation = organisationOf(attempt.certificate);
  requireDeveloperKey(bank, attempt.developerKey);
  await bank.takeTry(organisation.organisationId);
  const jwt = attempt.readJwt();
  const { claims, software } = readJwts(bank, jwt, now);
  requireAgreement(claims, software, organisation);
  const keySet = await fetchKeySet(bank.documents, software);
  const keys = await certifyKeys(bank.trust, keySet, organisation.organisationId);
  requireSignature('registration-signature', 'The registration JWT', jwt, keys);
  requireSignature('software-signature', 'The software statement', claims.softwareStatement, keys);
  return store(bank, attempt, { claims, software, keySet });
}

function requireDeveloperKey({ rules }: RegistrationBank, key: string | undefined): void {
  if (key === undefined || key === '') {
    throw new RegistrationRefused(
      'developer-key',
      'No developer key was sent: send the key of the developer portal in the header x-api-key.',
    );
  }
  if (rules.developerKeys !== 'any' && !rules.developerKeys.has(hash('sha256', key, 'hex'))) {
    throw new RegistrationRefused(
      'developer-key',
      'The developer key is not known to this bank: send the key of its developer portal in the header x-api-key.',
    );
  }
}

/** Reads both JWTs without believing them: their keys are known only when the software statement was read. */
function readJwts({ rules }: RegistrationBank, jwt: string, now: Date) {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const claims = parseRegistrationClaims(readPayload('registration-jwt', 'The registration JWT', jwt));
  if (!claims.audiences.includes(rules.audience)) {
    throw new RegistrationRefused(
      'registration-audience',
      `aud of the registration JWT is not ${rules.audience}: make one for this bank.`,
    );
  }
  checkRegistrationTimes(claims, nowSeconds, 'registration JWT');
  const payload = readPayload('software-statement', 'The software statement', claims.softwareStatement);
  const software = parseSoftwareStatementClaims(payload);
  checkRegistrationTimes(software, nowSeconds, 'software statement');
  return { claims, software };
}

function readPayload(check: RegistrationRefused['check'], what: string, jwt: string): unknown {
  return underCheck(check, `${what} cannot be read`, () => parseStrictJson(parseCompactJws(jwt).payload));
}

function requireAgreement(
  claims: RegistrationClaims,
  software: SoftwareStatementClaims,
  { organisationId, roles }: CertifiedOrganisation,
): void {
  if (software.organisationId !== organisationId) {
    throw new RegistrationRefused(
      'organisation',
      `org_id of the software statement is not ${organisationId}, which the TLS certificate names: use the certificates and the statement of one organisation.`,
    );
  }
  const lacking = software.roles.find((role) => !roles.includes(ROLE_OF[role]));
  if (lacking !== undefined) {
    throw new RegistrationRefused(
      'software-roles',
      `software_roles has ${lacking}, and the TLS certificate lacks the role ${ROLE_OF[lacking]}: leave it out, or use a certificate with that role.`,
    );
  }
  if (!claims.redirectUris.every((uri) => software.redirectUris.includes(uri))) {
    throw new RegistrationRefused(
      'software-redirect-uris',
      'redirect_uris has one that is not among software_redirect_uris: sign a software statement that lists it.',
    );
  }
}

/** @throws RegistrationRefused the check named */
function requireSignature(
  check: 'registration-signature' | 'software-signature',
  what: string,
  jwt: string,
  { find, problemOf }: CertifiedKeys,
): void {
  try {
    verifyCompactJws(jwt, find);
  } catch (error) {
    if (!(error instanceof LupaError)) throw error;
    throw new RegistrationRefused(check, `${what} ${whySignature(error, jwt, problemOf)}`);
  }
}

function whySignature({ code }: LupaError, jwt: string, problemOf: CertifiedKeys['problemOf']): string {
  if (code !== 'SIGNATURE_KEY_UNKNOWN') return 'has a signature that does not fit it: sign exactly what you send.';
  const problem = problemOf(parseCompactJws(jwt).header.kid);
  return problem === undefined
    ? 'is signed with a kid and alg that no key of software_jwks_endpoint has: sign with a key that is published there.'
    : `is signed with a key that is not to be trusted. ${problem}`;
}

async function store(
  bank: RegistrationBank,
  { certificate, requestId }: RegistrationAttempt,
  { claims, software, keySet }: { claims: RegistrationClaims; software: SoftwareStatementClaims; keySet: KeySet },
): Promise<RegisteredNow> {
  const { identifiers, registrations, rules } = bank;
  const [clientSecret, apiKey, registrationToken] = [
    newClientSecret(bank),
    newClientSecret(bank),
    newClientSecret(bank),
  ];
  const clientId = asClientId(identifiers.uuid());
  const at = bank.clock.now();
  const { organisationId, roles, softwareId, jwksEndpoint, jwksRevokedEndpoint } = software;
  const { redirectUris, grantTypes, jti } = claims;
  const client = {
    clientId,
    clientName: software.clientName,
    organisationId,
    secretDigest: digestOf(clientSecret),
    apiKeyDigest: digestOf(apiKey),
    certificateThumbprint: certificate.thumbprint,
    roles,
    redirectUris,
    grantTypes,
    jwks: keySet.jwks,
    created: at,
    registration: { softwareId, tokenDigest: digestOf(registrationToken), jwksEndpoint, jwksRevokedEndpoint },
  };
  const details = { organisationId, softwareId, clientName: software.clientName, roles, redirectUris, jwksEndpoint };
  const outcome = await registrations.register({
    client,
    jti,
    forgetJtiAfter: new Date(claims.expiresAtSeconds * 1000),
    maxApplications: rules.maxApplications,
    audit: registrationAudit(bank, {
      event: 'client registered',
      clientId,
      at,
      requestId,
      details: { ...details, certificateThumbprint: certificate.thumbprint, kids: kidsOf(keySet) },
    }),
  });
  if (outcome === 'jti-used') {
    throw new RegistrationRefused(
      'replay',
      'The jti of the registration JWT was used before: make and sign a new one, for each works once.',
    );
  }
  if (outcome === 'too-many') {
    throw new RegistrationRefused(
      'limit',
      `The organisation has ${rules.maxApplications} applications at this bank, which is all it may have: delete one of them.`,
    );
  }
  return { client, clientSecret, apiKey, registrationToken };
}
