import { addressProblem, checkClient } from './check-settings.ts';
import type { Deadline } from './deadline.ts';
import type { BankEndpoints, DiscoverySettings } from './settings.ts';
import { TppError } from './tpp-error.ts';
import { fetchJson } from './wire/fetch-json.ts';
import { type Line, openLine } from './wire/line.ts';

/** Contract §5: the path of the payments API at its host. */
const API_PATH = '/payments-psd2/v1';

/** Contract §1: where the Authorize listener has the keys of response signatures. */
const RESPONSE_KEYS_PATH = '/jwks/payments/jwks.json';

/**
 * Finds the addresses of a bank from its issuer. Every address found is held to the rules of the settings when they are checked.
 *
 * @throws TppError SETTINGS_INVALID, DISCOVERY_FAILED, DISCOVERY_ISSUER_WRONG, and what the line fails with
 */
export async function discoverEndpoints(settings: DiscoverySettings): Promise<BankEndpoints> {
  const { bank: issuer, endpoints: own = {} } = settings;
  const problem = addressProblem('bank', issuer, true);
  checkClient(settings, problem === undefined ? [] : [problem]);
  const line = openLine({ ...settings, secrets: [settings.clientSecret, settings.apiKey] });
  const metadata = await fetchMetadata(line, issuer, line.deadline(settings)).finally(() => line.close());
  const aliases = Object(metadata.mtls_endpoint_aliases);
  const token = own.token ?? discoveredAddress(aliases.token_endpoint ?? metadata.token_endpoint, 'token_endpoint');
  const revocation = own.revocation ?? aliases.revocation_endpoint ?? metadata.revocation_endpoint;
  const api = own.api ?? new URL(API_PATH, token).href;
  return {
    issuer,
    authorize: own.authorize ?? discoveredAddress(metadata.authorization_endpoint, 'authorization_endpoint'),
    token,
    ...(revocation === undefined ? {} : { revocation: discoveredAddress(revocation, 'revocation_endpoint') }),
    api,
    idTokenKeys: own.idTokenKeys ?? discoveredAddress(metadata.jwks_uri, 'jwks_uri'),
    responseKeys: own.responseKeys ?? issuer + RESPONSE_KEYS_PATH,
    audience: own.audience ?? new URL(api).origin,
    // A bank that promises iss (RFC 9207 section 3) is held to its promise, whatever the settings allow.
    callbackIssuerOptional:
      own.callbackIssuerOptional === true && metadata.authorization_response_iss_parameter_supported !== true,
  };
}

/**
 * Fetches what a bank says of itself: OpenID's document or, where there is none, OAuth's.
 *
 * @throws TppError DISCOVERY_FAILED, DISCOVERY_ISSUER_WRONG, and what the line fails with
 */
export async function fetchMetadata(line: Line, issuer: string, deadline: Deadline): Promise<Record<string, unknown>> {
  const [openId, oauth] = metadataUrls(issuer);
  try {
    const document = await fetchJson(line, 'discovery', openId, deadline).catch((error: unknown) => {
      if (error instanceof TppError && error.status === 404) return fetchJson(line, 'discovery', oauth, deadline);
      throw error;
    });
    const metadata: Record<string, unknown> = Object(document);
    // RFC 8414 section 3.3: compared as text, without any normalisation.
    if (metadata.issuer !== issuer) throw new TppError('DISCOVERY_ISSUER_WRONG');
    return metadata;
  } catch (error) {
    if (error instanceof TppError && error.code === 'ANSWER_UNEXPECTED') {
      throw new TppError('DISCOVERY_FAILED', { status: error.status, detail: error.detail, cause: error });
    }
    throw error;
  }
}

/** OpenID Connect Discovery section 4 appends to the issuer's path; RFC 8414 section 3.1 goes before it. */
function metadataUrls(issuer: string): readonly [string, string] {
  const url = new URL(issuer);
  const path = url.pathname.replace(/\/$/, '');
  return [
    `${url.origin}${path}/.well-known/openid-configuration`,
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** An address that the document must name. @throws TppError DISCOVERY_FAILED */
export function discoveredAddress(value: unknown, member: string): string {
  if (typeof value === 'string' && URL.canParse(value)) return value;
  throw new TppError('DISCOVERY_FAILED', { detail: `its ${member} is missing or not a URL`, retrySafe: false });
}
