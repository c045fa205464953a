import { addressProblem } from '../check-settings.ts';
import { discoveredAddress, fetchMetadata } from '../discovery.ts';
import { asSecret } from '../secret.ts';
import type { CallOptions } from '../settings.ts';
import { TppError } from '../tpp-error.ts';
import { type Line, openLine } from '../wire/line.ts';
import { checkRegistration } from './check-registration.ts';
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
    const url = settings.registrationUrl ?? (await findRegistrationEndpoint(line, settings, options));
    const softwareStatement = buildSoftwareStatement(software, signer, line);
    const request = buildRegistrationRequest({ ...wish, softwareStatement }, signer, line);
    const headers = { 'content-type': 'application/jwt', 'x-api-key': asSecret(settings.developerKey).reveal() };
    const call = { method: 'POST', url, headers, body: Buffer.from(request), isRepeatable: false } as const;
    return readAnswer((await callRegistration(line, call, deadline)).body);
  } finally {
    line.close();
  }
}

/** Where the bank registers (RFC 8414 section 2), over mutual TLS where it says so (RFC 8705 section 5). */
async function findRegistrationEndpoint(
  line: Line,
  { bank = '' }: RegistrationSettings,
  options: CallOptions,
): Promise<string> {
  const metadata = await fetchMetadata(line, bank, line.deadline(options));
  const { registration_endpoint: alias } = Object(metadata.mtls_endpoint_aliases);
  const endpoint = discoveredAddress(alias ?? metadata.registration_endpoint, 'registration_endpoint');
  const problem = addressProblem('its registration_endpoint', endpoint, false);
  if (problem !== undefined) throw new TppError('DISCOVERY_FAILED', { detail: problem, retrySafe: false });
  return endpoint;
}

/** Whatever came, the bank said that it has registered. */
function readAnswer(body: Uint8Array): Registration {
  try {
    return readRegistration(body);
  } catch (error) {
    throw error instanceof TppError ? error.with({ outcomeUnknown: true }) : error;
  }
}
