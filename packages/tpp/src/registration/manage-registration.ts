import { redirectUriProblem } from '@lupa/protocol';
import { addressProblem, tlsProblem } from '../check-settings.ts';
import type { Secret } from '../secret.ts';
import type { CallOptions, ClientSettings } from '../settings.ts';
import { argumentInvalid, TppError } from '../tpp-error.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { type LineOptions, openLine } from '../wire/line.ts';
import { type Registration, readRegistration } from './registration.ts';
import { callRegistration, type RegistrationCall } from './registration-line.ts';

/** A registered client that looks after its registration. */
export interface ManagementSettings extends LineOptions, Pick<ClientSettings, 'tls'> {
  /** As `registerTpp` or the latest of these calls returned it. */
  readonly registration: Registration;
}

/** What of a registration may be changed; what is absent stays as it is. */
export interface RegistrationChanges {
  readonly redirectUris?: readonly string[];
  readonly clientName?: string;
  readonly jwksEndpoint?: string;
}

/**
 * Reads the registration as the bank has it (RFC 7592 section 2.1).
 *
 * @throws TppError SETTINGS_INVALID when the bank gave no address to manage it at; REGISTRATION_REFUSED
 */
export async function readRegisteredClient(
  settings: ManagementSettings,
  options: CallOptions = {},
): Promise<Registration> {
  const { body } = await call(settings, { method: 'GET', isRepeatable: true }, options);
  return readRegistration(body, settings.registration);
}

/**
 * Changes the registration (RFC 7592 section 2.2): reads it, and sends it back whole with the changes. Sent with a renewed QWAC of the same
 * organisation as `tls`, the bank takes that one for the client's from then on.
 *
 * @throws TppError ARGUMENT_INVALID; otherwise as `readRegisteredClient`
 */
export async function updateRegisteredClient(
  settings: ManagementSettings,
  changes: RegistrationChanges,
  options: CallOptions = {},
): Promise<Registration> {
  for (const uri of changes.redirectUris ?? []) {
    const problem = redirectUriProblem(uri);
    if (problem !== undefined) throw argumentInvalid(`redirectUris: ${uri} ${problem}`);
  }
  const registration = await readRegisteredClient(settings, options);
  const { body } = await call(
    { ...settings, registration },
    { method: 'PUT', isRepeatable: true, ...jsonBody(metadataOf(registration, changes)) },
    options,
  );
  return readRegistration(body, registration);
}

/**
 * Gives the client a new secret. The old one goes on working for ten minutes or until the new one is first used, so store the new one before
 * using it; when the answer is lost, call again.
 *
 * @throws TppError as `readRegisteredClient`; with `outcomeUnknown` the registered secret may be another one
 */
export async function rotateClientSecret(
  settings: ManagementSettings,
  options: CallOptions = {},
): Promise<Registration> {
  const { body } = await call(settings, { method: 'POST', isRepeatable: false, path: '/secret' }, options);
  return readRegistration(body, settings.registration);
}

/**
 * Deletes the registration (RFC 7592 section 2.3): its tokens end at once; payments already submitted are still booked.
 *
 * @throws TppError as `readRegisteredClient`
 */
export async function deleteRegisteredClient(settings: ManagementSettings, options: CallOptions = {}): Promise<void> {
  await call(settings, { method: 'DELETE', isRepeatable: false }, options);
}

type Act = Pick<RegistrationCall, 'method' | 'isRepeatable'> & {
  readonly path?: string;
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};

async function call(
  settings: ManagementSettings,
  { path = '', headers, ...act }: Act,
  options: CallOptions,
): Promise<HttpAnswer> {
  const { uri, token } = managementOf(settings);
  const { clientSecret, apiKey } = settings.registration;
  const line = openLine({ ...settings, secrets: [clientSecret, apiKey, token] });
  try {
    const authorization = `Bearer ${token.reveal()}`;
    const request = { ...act, url: uri + path, headers: { authorization, ...headers } };
    return await callRegistration(line, request, line.deadline(options));
  } finally {
    line.close();
  }
}

function managementOf({ registration, tls }: ManagementSettings): { readonly uri: string; readonly token: Secret } {
  const { management } = registration;
  const problem =
    management === undefined
      ? 'the bank gave no registration_client_uri and registration_access_token, so it has to be asked in another way'
      : (addressProblem('registration.management.uri', management.uri, false) ?? tlsProblem(tls));
  if (management === undefined || problem !== undefined) throw new TppError('SETTINGS_INVALID', { detail: problem });
  return management;
}

function jsonBody(value: unknown) {
  return { body: Buffer.from(JSON.stringify(value)), headers: { 'content-type': 'application/json' } };
}

/** RFC 7592 section 2.2: all of it, but nothing that only the bank says; the secret proves nothing that the token does not. */
function metadataOf({ answer }: Registration, { redirectUris, clientName, jwksEndpoint }: RegistrationChanges) {
  const { client_id, client_name, redirect_uris, grant_types, jwks_endpoint } = JSON.parse(answer.reveal());
  return {
    client_id,
    client_name: clientName ?? client_name,
    redirect_uris: redirectUris ?? redirect_uris,
    grant_types,
    jwks_endpoint: jwksEndpoint ?? jwks_endpoint,
  };
}
