import { addressProblem } from '../check-settings.ts';
import type { Deadline } from '../deadline.ts';
import { discoveredAddress, fetchMetadata } from '../discovery.ts';
import type { CallOptions } from '../settings.ts';
import { TppError } from '../tpp-error.ts';
import { type Line, type LineOptions, openLine } from '../wire/line.ts';

/**
 * Where a bank registers, by its discovery document (RFC 8414 section 2), over mutual TLS where it says so (RFC 8705 section 5). No
 * certificate is needed to ask.
 *
 * @param bank the issuer, such as `http://localhost:8080`
 * @throws TppError SETTINGS_INVALID, DISCOVERY_FAILED, DISCOVERY_ISSUER_WRONG; what any connection can fail with
 */
export async function findRegistrationEndpoint(
  { bank, ...settings }: LineOptions & { readonly bank: string },
  options: CallOptions = {},
): Promise<string> {
  const problem = addressProblem('bank', bank, true);
  if (problem !== undefined) throw new TppError('SETTINGS_INVALID', { detail: problem });
  const line = openLine({ ...settings, secrets: [] });
  return registrationEndpointOf(line, bank, line.deadline(options)).finally(() => line.close());
}

/** As `findRegistrationEndpoint`, over a line that is open. */
export async function registrationEndpointOf(line: Line, bank: string, deadline: Deadline): Promise<string> {
  const metadata = await fetchMetadata(line, bank, deadline);
  const { registration_endpoint: alias } = Object(metadata.mtls_endpoint_aliases);
  const endpoint = discoveredAddress(alias ?? metadata.registration_endpoint, 'registration_endpoint');
  const wrong = addressProblem('its registration_endpoint', endpoint, false);
  if (wrong !== undefined) throw new TppError('DISCOVERY_FAILED', { detail: wrong, retrySafe: false });
  return endpoint;
}
