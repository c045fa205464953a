import { X509Certificate } from 'node:crypto';
import {
  DEFAULT_REGISTRATION_AUDIENCE,
  type JwsSigner,
  MAX_REDIRECT_URIS,
  redirectUriProblem,
  SOFTWARE_ROLES,
} from '@lupa/protocol';
import { addressProblem, isPrintable, readSigningKey, tlsProblem } from '../check-settings.ts';
import { TppError } from '../tpp-error.ts';
import type { RegistrationSettings } from './registration-settings.ts';
import type { Software, WholeSoftware } from './software-statement.ts';

/** A registration that can be sent, with nothing left to default. */
export interface CheckedRegistration {
  readonly signer: JwsSigner;
  readonly software: WholeSoftware;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly audience: string;
}

const DEFAULT_GRANT_TYPES = ['client_credentials', 'authorization_code', 'refresh_token'];

/** Country, authority and number there, as in a certificate's organizationIdentifier (ETSI TS 119 495 section 5.2.1) without `PSD`. */
const ORGANISATION_ID = /^[A-Z]{2}-[A-Z0-9]{2,8}-\S{1,64}$/;

/** As Node prints a subject, one attribute a line; the attribute has a name since OpenSSL 3. */
const ORGANIZATION_IDENTIFIER = /^(?:organizationIdentifier|2\.5\.4\.97)=PSD(.+)$/m;

/** Checks a registration whole, so that every mistake shows at once and before anything is sent. @throws TppError SETTINGS_INVALID */
export function checkRegistration(settings: RegistrationSettings): CheckedRegistration {
  const { redirectUris = [], grantTypes = DEFAULT_GRANT_TYPES, audience = DEFAULT_REGISTRATION_AUDIENCE } = settings;
  const problems = [...settingsProblems(settings)];
  problems.push(...redirectUriProblems('redirectUris', redirectUris));
  const software = wholeSoftware(settings);
  problems.push(...softwareProblems(software));
  for (const uri of redirectUris) {
    if (!software.redirectUris.includes(uri)) problems.push(`redirectUris: ${uri} is not among software.redirectUris`);
  }
  if (grantTypes.length === 0) problems.push('grantTypes is empty');
  if (audience === '') problems.push('audience is empty');
  const key = readSigningKey(settings, problems);
  if (problems.length > 0 || key === undefined) {
    throw new TppError('SETTINGS_INVALID', { detail: problems.join('; ') });
  }
  const { kid, alg } = settings.signing;
  return { signer: { key, kid, alg, typ: 'JWT' }, software, redirectUris, grantTypes, audience };
}

/** The organisation that a QWAC is issued to: its organizationIdentifier without `PSD`; `undefined` when it names none. */
export function organisationIdOfCertificate(pem: string): string | undefined {
  try {
    return ORGANIZATION_IDENTIFIER.exec(new X509Certificate(pem).subject)?.[1];
  } catch {
    return undefined;
  }
}

function wholeSoftware({ software, redirectUris, tls }: RegistrationSettings): WholeSoftware {
  const given: Software = Object(software);
  const organisation = Object(given.organisation) as Software['organisation'];
  const id = organisation.id ?? organisationIdOfCertificate(String(Object(tls).cert)) ?? '';
  return {
    ...given,
    roles: given.roles ?? ['PIS'],
    redirectUris: given.redirectUris ?? redirectUris ?? [],
    organisation: { ...organisation, id, contacts: organisation.contacts ?? [] },
  };
}

function* settingsProblems({ bank, registrationUrl, developerKey, tls }: RegistrationSettings): Iterable<string> {
  if (bank === undefined && registrationUrl === undefined) yield 'neither bank nor registrationUrl is given';
  if (bank !== undefined) yield* some(addressProblem('bank', bank, true));
  if (registrationUrl !== undefined) yield* some(addressProblem('registrationUrl', registrationUrl, false));
  if (!isPrintable(developerKey)) yield 'developerKey is missing or has characters no key has';
  yield* some(tlsProblem(tls));
}

function* softwareProblems(software: WholeSoftware): Iterable<string> {
  const { organisation, roles, id, jwksRevokedEndpoint } = software;
  if (isBlank(software.tppId)) yield 'software.tppId is missing';
  if (isBlank(software.name)) yield 'software.name is missing';
  if (id !== undefined && isBlank(id)) yield 'software.id is empty';
  if (!URL.canParse(software.uri)) yield 'software.uri is not a URL';
  if (roles.length === 0) yield 'software.roles is empty';
  for (const role of roles)
    if (!SOFTWARE_ROLES.includes(role)) yield `software.roles: ${role} is none of ${SOFTWARE_ROLES.join(', ')}`;
  yield* some(addressProblem('software.jwksEndpoint', software.jwksEndpoint, true));
  if (jwksRevokedEndpoint !== undefined && !URL.canParse(jwksRevokedEndpoint)) {
    yield 'software.jwksRevokedEndpoint is not a URL';
  }
  yield* redirectUriProblems('software.redirectUris', software.redirectUris);
  if (isBlank(organisation.name)) yield 'software.organisation.name is missing';
  if (organisation.id.startsWith('PSD')) yield 'software.organisation.id begins with PSD, which is left out here';
  else if (!ORGANISATION_ID.test(organisation.id)) {
    yield 'software.organisation.id is not of the form FI-FINFSA-1234567-1, and tls.cert names no organisation either';
  }
}

function* redirectUriProblems(name: string, uris: readonly string[]): Iterable<string> {
  if (uris.length === 0) yield `${name} is empty`;
  if (uris.length > MAX_REDIRECT_URIS) yield `${name} has more than ${MAX_REDIRECT_URIS} addresses`;
  for (const uri of uris) {
    const problem = redirectUriProblem(uri);
    if (problem !== undefined) yield `${name}: ${uri} ${problem}`;
  }
}

function isBlank(text: unknown): boolean {
  return typeof text !== 'string' || text.trim() === '';
}

function* some<T>(value: T | undefined): Iterable<T> {
  if (value !== undefined) yield value;
}
