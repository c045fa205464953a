import { isJsonObject, type JsonObject } from './json-object.ts';
import { readClientName, readGrantTypes, readKeySetUrl, readRedirectUris } from './parse-registration.ts';
import { RegistrationRefused } from './registration.ts';

/** What a client wants to be from now on (RFC 7592 section 2.2). */
export interface ClientChangeRequest {
  readonly clientId: string;
  readonly clientName: string;
  readonly redirectUris: readonly string[];
  /** Absent: as they are. */
  readonly grantTypes: readonly string[] | undefined;
  /** Absent: where it is. */
  readonly jwksEndpoint: string | undefined;
  readonly jwksRevokedEndpoint: string | undefined;
}

/** RFC 7592 section 2.2 forbids these; whoever sends back all of what it was told is told which to leave out. */
const ONLY_THE_BANK_SAYS = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];
/** May be sent back as they were told, for RFC 7592 wants the whole; they change with a new registration only. */
const FIXED = ['software_id', 'software_roles', 'scope'];
const CHANGEABLE = [
  'client_id',
  'client_name',
  'redirect_uris',
  'grant_types',
  'jwks_endpoint',
  'jwks_revoked_endpoint',
];

/**
 * Reads the body of a change of a registration (RFC 7592 section 2.2).
 *
 * @param json the body, parsed
 * @param fixed what the members that cannot be changed are now
 * @throws RegistrationRefused request, redirect-uris or grant-types
 */
export function parseClientChange(json: unknown, fixed: Readonly<Record<string, unknown>>): ClientChangeRequest {
  const members = readMembers(json, fixed);
  const { client_id: clientId, jwks_endpoint: jwks, jwks_revoked_endpoint: revoked } = members;
  if (typeof clientId !== 'string') {
    throw new RegistrationRefused('request', 'client_id is missing: send the whole registration with its changes.');
  }
  if (revoked !== undefined && jwks === undefined) {
    throw new RegistrationRefused('request', 'jwks_revoked_endpoint changes together with jwks_endpoint: send both.');
  }
  const url = (name: string) =>
    members[name] === undefined ? undefined : readKeySetUrl(members[name], 'request', name);
  return {
    clientId,
    clientName: readClientName(members.client_name, 'request', 'client_name'),
    redirectUris: readRedirectUris(members.redirect_uris),
    grantTypes: members.grant_types === undefined ? undefined : readGrantTypes(members.grant_types),
    jwksEndpoint: url('jwks_endpoint'),
    jwksRevokedEndpoint: url('jwks_revoked_endpoint'),
  };
}

function readMembers(json: unknown, fixed: Readonly<Record<string, unknown>>): JsonObject {
  if (!isJsonObject(json)) {
    throw new RegistrationRefused('request', 'the body is not a JSON object: send the registration with its changes.');
  }
  for (const name of Object.keys(json)) {
    if (ONLY_THE_BANK_SAYS.includes(name)) {
      throw new RegistrationRefused('request', `${name} is for the bank to say (RFC 7592 section 2.2): leave it out.`);
    }
    if (name === 'client_secret') {
      throw new RegistrationRefused('request', 'client_secret is not changed here: leave it out, and POST to /secret.');
    }
    if (FIXED.includes(name)) {
      if (JSON.stringify(json[name]) === JSON.stringify(fixed[name])) continue;
      throw new RegistrationRefused('request', `${name} changes with a new registration only: leave it as it is.`);
    }
    if (!CHANGEABLE.includes(name)) {
      const known = CHANGEABLE.join(', ');
      throw new RegistrationRefused('request', `the body has a member that cannot be changed: send ${known} only.`);
    }
  }
  return json;
}
