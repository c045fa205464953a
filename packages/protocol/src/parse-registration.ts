import { JWT_BEARER_GRANT } from './exemption-request.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { MAX_REDIRECT_URIS, redirectUriProblem } from './redirect-uri.ts';
import {
  MAX_REGISTRATION_LIFETIME_SECONDS,
  MAX_SOFTWARE_STATEMENT_LIFETIME_SECONDS,
  REGISTRABLE_GRANTS,
  REGISTRATION_CLOCK_TOLERANCE_SECONDS,
  type RegistrationCheck,
  type RegistrationClaims,
  RegistrationRefused,
  SOFTWARE_ROLES,
  type SoftwareRole,
  type SoftwareStatementClaims,
} from './registration.ts';
import { checkText } from './text.ts';

const MAX_ID_CHARACTERS = 256;
const MAX_NAME_CHARACTERS = 140;
const MAX_URL_CHARACTERS = 2_048;
/** Grants and audiences: nobody needs more, and each is compared with ours. */
const MAX_LIST = 20;

const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;

/** Country, authority and number there: a certificate's organizationIdentifier without `PSD` (ETSI TS 119 495 section 5.2.1). */
const ORGANISATION_ID = /^[A-Z]{2}-[A-Z]{2,8}-[\x21\x23-\x5b\x5d-\x7e]{1,64}$/;

/**
 * Reads the claims of a registration JWT (contract §10). Members we do not know are ignored, as RFC 7591 section 2 asks.
 *
 * @param json the payload, parsed; its signature cannot be verified before the keys it names are known
 * @throws RegistrationRefused registration-claims, grant-types or redirect-uris
 */
export function parseRegistrationClaims(json: unknown): RegistrationClaims {
  const read = reader(json, 'registration-claims', 'the registration JWT');
  const claims = {
    audiences: read.texts('aud'),
    ...read.times(),
    jti: read.id('jti'),
    softwareStatement: read.jws('software_statement'),
  };
  const { grant_types: grantTypes, redirect_uris: redirectUris } = read.members;
  return { ...claims, grantTypes: readGrantTypes(grantTypes), redirectUris: readRedirectUris(redirectUris) };
}

/**
 * Reads the claims of a software statement (contract §10).
 *
 * @throws RegistrationRefused software-claims
 */
export function parseSoftwareStatementClaims(json: unknown): SoftwareStatementClaims {
  const read = reader(json, 'software-claims', 'the software statement');
  const claims = {
    // OP's own example calls itself "TEST TPP".
    tppId: read.visible('iss'),
    ...read.times(),
    jti: read.id('jti'),
    softwareId: read.id('software_client_id'),
    roles: readRoles(read.texts('software_roles')),
    jwksEndpoint: read.url('software_jwks_endpoint'),
    jwksRevokedEndpoint:
      read.members.software_jwks_revoked_endpoint === undefined
        ? undefined
        : read.url('software_jwks_revoked_endpoint'),
    clientName: read.name('software_client_name'),
    organisationId: readOrganisationId(read.members.org_id),
  };
  const { software_redirect_uris: redirectUris } = read.members;
  return {
    ...claims,
    redirectUris: readRedirectUris(redirectUris, 'software-claims', 'software_redirect_uris'),
  };
}

/**
 * The redirect URIs of a client.
 *
 * @throws RegistrationRefused the check named
 */
export function readRedirectUris(
  value: unknown,
  check: RegistrationCheck = 'redirect-uris',
  name = 'redirect_uris',
): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RegistrationRefused(check, `${name} is missing, empty or not an array: give at least one redirect URI.`);
  }
  if (value.length > MAX_REDIRECT_URIS) {
    throw new RegistrationRefused(check, `${name} has more than ${MAX_REDIRECT_URIS} URIs: register fewer.`);
  }
  for (const [place, uri] of value.entries()) {
    const problem = redirectUriProblem(uri);
    if (problem !== undefined) {
      throw new RegistrationRefused(
        check,
        `${name}[${place}] ${problem}: give the exact https address that customers come back to, or http on localhost.`,
      );
    }
  }
  return value as readonly string[];
}

/**
 * The name customers are shown.
 *
 * @throws RegistrationRefused the check named
 */
export function readClientName(value: unknown, check: RegistrationCheck, name: string): string {
  if (typeof value !== 'string' || checkText(value, MAX_NAME_CHARACTERS) !== undefined) {
    throw new RegistrationRefused(
      check,
      `${name} is missing or not a text of 1 to ${MAX_NAME_CHARACTERS} visible characters: customers are shown it.`,
    );
  }
  return value;
}

/**
 * The address of a key set; whether it may be fetched at all is for whoever fetches it.
 *
 * @throws RegistrationRefused the check named
 */
export function readKeySetUrl(value: unknown, check: RegistrationCheck, name: string): string {
  if (
    typeof value !== 'string' ||
    value.length > MAX_URL_CHARACTERS ||
    !PRINTABLE_ASCII.test(value) ||
    !isHttp(value)
  ) {
    throw new RegistrationRefused(check, `${name} is missing or not an https URL: give the address of your key set.`);
  }
  return value;
}

/**
 * The grants of a client; all of them when it names none.
 *
 * @throws RegistrationRefused grant-types
 */
export function readGrantTypes(value: unknown): readonly string[] {
  if (value === undefined) return REGISTRABLE_GRANTS.filter((grant) => grant !== 'implicit');
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LIST) {
    throw new RegistrationRefused(
      'grant-types',
      'grant_types is not an array of grants: list those you use, or leave it out.',
    );
  }
  const known: readonly unknown[] = REGISTRABLE_GRANTS;
  if (!value.every((grant) => known.includes(grant))) {
    throw new RegistrationRefused(
      'grant-types',
      `grant_types has one that this bank does not know: it knows ${REGISTRABLE_GRANTS.join(', ')}.`,
    );
  }
  return [...new Set<string>(value)];
}

/**
 * What a client may do with the grants it registered. Whoever may refresh may also pay by exemption (contract §9): OP's own
 * example registers without that grant, and pays so.
 */
export function grantsUsable(registered: readonly string[]): readonly string[] {
  return registered.includes('refresh_token') ? [...new Set([...registered, JWT_BEARER_GRANT])] : registered;
}

/**
 * Checks `iat` and `exp` against the clock: not expired, not from the future beyond a minute, not longer than allowed. How long
 * ago `iat` lies does not matter: OP's own example sets it back 100 s (contract §10).
 *
 * @throws RegistrationRefused registration-times or software-times
 */
export function checkRegistrationTimes(
  { issuedAtSeconds, expiresAtSeconds }: Pick<RegistrationClaims, 'issuedAtSeconds' | 'expiresAtSeconds'>,
  nowSeconds: number,
  of: 'registration JWT' | 'software statement',
): void {
  const [check, longest] =
    of === 'registration JWT'
      ? (['registration-times', MAX_REGISTRATION_LIFETIME_SECONDS] as const)
      : (['software-times', MAX_SOFTWARE_STATEMENT_LIFETIME_SECONDS] as const);
  const refuse = (problem: string) =>
    new RegistrationRefused(check, `${problem} of the ${of}: make and sign a new one.`);
  if (expiresAtSeconds <= issuedAtSeconds) throw refuse('exp is not after iat');
  if (expiresAtSeconds - issuedAtSeconds > longest) throw refuse(`exp is more than ${longest} seconds after iat`);
  if (expiresAtSeconds <= nowSeconds) throw refuse('exp has passed');
  if (issuedAtSeconds > nowSeconds + REGISTRATION_CLOCK_TOLERANCE_SECONDS) {
    throw refuse('iat lies in the future, so the clock of whoever signed is wrong,');
  }
}

function readRoles(values: readonly string[]): readonly SoftwareRole[] {
  const roles = SOFTWARE_ROLES.filter((role) => values.includes(role));
  if (!values.every((value) => (SOFTWARE_ROLES as readonly string[]).includes(value))) {
    throw new RegistrationRefused(
      'software-claims',
      `software_roles has one that is none of ${SOFTWARE_ROLES.join(', ')}: name those the software needs.`,
    );
  }
  return roles;
}

function readOrganisationId(value: unknown): string {
  if (typeof value === 'string' && ORGANISATION_ID.test(value) && !value.startsWith('PSD')) return value;
  throw new RegistrationRefused(
    'software-claims',
    'org_id is missing or not of the form FI-FINFSA-1234567-1: give the organizationIdentifier of your certificates without PSD.',
  );
}

/** Reads the members of a claims set, each fault under one check. */
function reader(json: unknown, check: RegistrationCheck, what: string) {
  if (!isJsonObject(json)) throw new RegistrationRefused(check, `the payload of ${what} is not a JSON object.`);
  const members: JsonObject = json;
  const refuse = (name: string, rule: string) =>
    new RegistrationRefused(check, `${name} of ${what} is missing or ${rule}.`);
  const seconds = (name: string): number => {
    const value = members[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw refuse(name, 'not a whole number of seconds');
  };
  return {
    members,
    times: () => ({ issuedAtSeconds: seconds('iat'), expiresAtSeconds: seconds('exp') }),
    id: (name: string): string => {
      const value = members[name];
      if (typeof value === 'string' && value.length <= MAX_ID_CHARACTERS && PRINTABLE_ASCII.test(value)) return value;
      throw refuse(name, `not a text of 1 to ${MAX_ID_CHARACTERS} printable characters without spaces`);
    },
    jws: (name: string): string => {
      const value = members[name];
      if (typeof value === 'string' && value !== '') return value;
      throw refuse(name, 'not a signed JWT');
    },
    /** One text, or an array of some. */
    texts: (name: string): readonly string[] => {
      const value: unknown = Array.isArray(members[name]) ? members[name] : [members[name]];
      if (isTexts(value)) return value;
      throw refuse(name, `not a text, nor an array of 1 to ${MAX_LIST} of them`);
    },
    visible: (name: string): string => {
      const value = members[name];
      if (typeof value === 'string' && checkText(value, MAX_ID_CHARACTERS) === undefined) return value;
      throw refuse(name, `not a text of 1 to ${MAX_ID_CHARACTERS} visible characters`);
    },
    name: (name: string) => readClientName(members[name], check, name),
    url: (name: string) => readKeySetUrl(members[name], check, name),
  };
}

function isTexts(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LIST) return false;
  return value.every((each) => typeof each === 'string' && each !== '' && each.length <= MAX_URL_CHARACTERS);
}

function isHttp(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
}
