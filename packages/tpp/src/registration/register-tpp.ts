import { asSecret } from '../secret.ts';
import type { CallOptions } from '../settings.ts';
import { TppError } from '../tpp-error.ts';
import { openLine } from '../wire/line.ts';
import { checkRegistration } from './check-registration.ts';
import { registrationEndpointOf } from './find-registration-endpoint.ts';
import { type Registration, readRegistration } from './registration.ts';
import { callRegistration } from './registration-line.ts';
import { buildRegistrationRequest } from './registration-request.ts';
import type { RegistrationSettings } from './registration-settings.ts';
import { buildSoftwareStatement } from './software-statement.ts';

/**
 * Registers a TPP at a bank (`POST /tpp-registration/register`, contract §10): builds the software statement and the registration JWT, signs
 * both, and sends them over mutual TLS with the QWAC. Everything in the settings is checked before anything is sent.
 *
 * Store what it returns at once, for the bank says its secrets once: `registrationFiles` makes files of it that `Tpp.fromDirectory` reads.
 * A registration works once, so it is not sent again when its answer is lost; then `outcomeUnknown` says that the bank may hold a client
 * whose secret nobody has, and a new registration makes another one.
 *
 * @throws TppError SETTINGS_INVALID with all that is wrong; REGISTRATION_REFUSED with `check`, `oauthError` and `oauthDescription`;
 * DISCOVERY_FAILED, DISCOVERY_ISSUER_WRONG; what any connection can fail with
 * @example see `examples/register.ts`
 */
export async function registerTpp(settings: RegistrationSettings, options: CallOptions = {}): Promise<Registration> {
  const { signer, software, ...wish } = checkRegistration(settings);
  const line = openLine({ ...settings, secrets: [settings.developerKey] });
  try {
    const deadline = line.deadline(options);
    const url = settings.registrationUrl ?? (await registrationEndpointOf(line, settings.bank ?? '', deadline));
    const softwareStatement = buildSoftwareStatement(software, signer, line);
    const request = buildRegistrationRequest({ ...wish, softwareStatement }, signer, line);
    const headers = { 'content-type': 'application/jwt', 'x-api-key': asSecret(settings.developerKey).reveal() };
    const call = { method: 'POST', url, headers, body: Buffer.from(request), isRepeatable: false } as const;
    return readAnswer((await callRegistration(line, call, deadline)).body);
  } finally {
    line.close();
  }
}

/** Whatever came, the bank said that it has registered. */
function readAnswer(body: Uint8Array): Registration {
  try {
    return readRegistration(body);
  } catch (error) {
    throw error instanceof TppError ? error.with({ outcomeUnknown: true }) : error;
  }
}
