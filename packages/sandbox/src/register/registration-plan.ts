import { MAX_REDIRECT_URIS, redirectUriProblem, type Software } from '@lupa/tpp';
import { PAY_CALLBACK_PORTS, payCallbackUri } from '../demo-tpp/redirect-uris.ts';
import { isThisMachine } from '../this-machine.ts';
import type { RegistrationConfig } from './registration-config.ts';

/** The command line's options. */
export interface RegisterOptions {
  readonly out: string;
  readonly name?: string;
  readonly bank?: string;
  readonly redirectUri?: readonly string[];
  readonly qwac?: string;
  readonly qwacKey?: string;
  readonly qseal?: string;
  readonly qsealKey?: string;
  readonly registrationUrl?: string;
  readonly jwksUrl?: string;
  readonly apiKey?: string;
  readonly ca?: string;
  readonly config?: string;
  readonly environment?: string;
  readonly data: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Where a TPP with certificates of its own has them. */
export interface OwnCertificates {
  readonly qwac: string;
  readonly qwacKey: string;
  readonly qseal: string;
  readonly qsealKey: string;
  /** Where the TPP hosts its public keys; absent as long as it does not. */
  readonly jwksUrl?: string;
}

/** What is to be registered, where, and with which certificates. */
export interface RegistrationPlan {
  /** The issuer; absent where only the registration endpoint is known. */
  readonly bank?: string;
  readonly registrationUrl?: string;
  /** The generator to ask for certificates, where they are not the TPP's own and it is not the bank's. */
  readonly certificateUrl?: string;
  readonly own?: OwnCertificates;
  readonly country: string;
  readonly developerKey: string;
  readonly audience?: string;
  readonly grantTypes?: readonly string[];
  readonly redirectUris: readonly string[];
  readonly software: Omit<Software, 'jwksEndpoint' | 'organisation'> & {
    /** What is absent is in the certificate. */
    readonly organisation: Partial<Software['organisation']>;
  };
  /** What a person should know of how it was put together. */
  readonly notes: readonly string[];
}

/** The options cannot be used together; the message names every mistake. */
export class PlanWrong extends Error {
  override readonly name = 'PlanWrong';

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Where a sandbox is unless it was told otherwise. */
const DEFAULT_BANK = 'http://localhost:8080';
const DEFAULT_NAME = 'My TPP';
const DEFAULT_COUNTRY = 'fi';

/** In a sandbox any is good. */
const SANDBOX_DEVELOPER_KEY = 'sandbox-developer-key';

/** `lupa pay` waits for customers at the first three; the others are the workflow document's and the demo shop's. */
const DEFAULT_REDIRECT_URIS = [
  ...PAY_CALLBACK_PORTS.map((port) => payCallbackUri(port)),
  'https://localhost:8181/oauth/access_token',
  'http://localhost:8181/return',
];

/**
 * Puts options and configuration file together; an option goes before the file.
 *
 * @param running the issuer of the sandbox that runs on the data directory, where one does
 * @throws PlanWrong with every mistake
 */
export function planRegistration(
  options: RegisterOptions,
  config: RegistrationConfig,
  running: string | undefined,
): RegistrationPlan {
  const { ssa = {} } = config;
  const problems: string[] = [];
  const own = ownCertificates(options, config, problems);
  const place = bankOf(options, config, running, own !== undefined);
  const isSandbox = place.bank !== undefined && isThisMachine(place.bank);
  const givenUris = options.redirectUri ?? config.redirect_uris;
  const givenName = options.name ?? ssa.software_client_name ?? config.tpp_id;
  // A sandbox takes what is made up; another bank is to be told the truth.
  if (givenUris === undefined && !isSandbox)
    problems.push('Where do customers come back to? Say so with --redirect-uri.');
  if (givenName === undefined && !isSandbox) problems.push('What are customers shown? Say so with --name.');
  const [redirectUris, name] = [givenUris ?? DEFAULT_REDIRECT_URIS, givenName ?? DEFAULT_NAME];
  problems.push(...redirectUriProblems(redirectUris));
  if (name.trim() === '') problems.push('--name is empty.');
  const developerKey = options.apiKey ?? config.api_key ?? (isSandbox ? SANDBOX_DEVELOPER_KEY : undefined);
  if (developerKey === undefined || (!isSandbox && /^<.*>$/.test(developerKey))) {
    problems.push('The bank wants the key that its developer portal gave you: --api-key, or api_key in the file.');
  }
  if (problems.length > 0 || developerKey === undefined) throw new PlanWrong(problems);
  const { endpoint, note } = revokedKeysEndpoint(ssa.software_jwks_revoked_endpoint);
  return {
    ...place,
    ...(own === undefined ? {} : { own }),
    country: config.country ?? DEFAULT_COUNTRY,
    developerKey,
    ...(config.aud === undefined ? {} : { audience: config.aud }),
    ...(config.grant_types === undefined ? {} : { grantTypes: config.grant_types }),
    redirectUris,
    software: {
      tppId: config.tpp_id ?? name,
      name,
      uri: ssa.software_client_uri ?? homeOf(redirectUris),
      ...(ssa.software_client_id === undefined ? {} : { id: ssa.software_client_id }),
      ...(ssa.software_roles === undefined ? {} : { roles: ssa.software_roles }),
      ...(ssa.software_redirect_uris === undefined || options.redirectUri !== undefined
        ? {}
        : { redirectUris: ssa.software_redirect_uris }),
      ...(endpoint === undefined ? {} : { jwksRevokedEndpoint: endpoint }),
      organisation: {
        ...(ssa.org_name === undefined ? {} : { name: ssa.org_name }),
        ...(ssa.org_id === undefined ? {} : { id: ssa.org_id }),
        ...(ssa.org_contacts === undefined ? {} : { contacts: ssa.org_contacts }),
      },
    },
    notes: note === undefined ? [] : [note],
  };
}

/** All four files or none. */
function ownCertificates(
  { qwac, qwacKey, qseal, qsealKey, jwksUrl }: RegisterOptions,
  { public_jwks_url: configured, ssa }: RegistrationConfig,
  problems: string[],
): OwnCertificates | undefined {
  const given = { '--qwac': qwac, '--qwac-key': qwacKey, '--qseal': qseal, '--qseal-key': qsealKey };
  const missing = Object.entries(given).flatMap(([name, file]) => (file === undefined ? [name] : []));
  if (missing.length === 4) {
    if (jwksUrl !== undefined)
      problems.push('--jwks-url belongs to certificates of your own: give --qwac and the others too.');
    return undefined;
  }
  if (missing.length > 0) {
    problems.push(
      `Certificates of your own are four files; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    );
  }
  const hosted = jwksUrl ?? ssa?.software_jwks_endpoint ?? configured;
  if (hosted !== undefined && !hosted.startsWith('https://')) {
    problems.push(`--jwks-url ${hosted} is not https: a bank fetches keys in no other way.`);
  }
  if (qwac === undefined || qwacKey === undefined || qseal === undefined || qsealKey === undefined) return undefined;
  return { qwac, qwacKey, qseal, qsealKey, ...(hosted === undefined ? {} : { jwksUrl: hosted }) };
}

/** An address of the command line goes before those of the file; with neither, it is the sandbox of this machine. */
function bankOf(
  { bank, registrationUrl }: RegisterOptions,
  config: RegistrationConfig,
  running: string | undefined,
  hasCertificates: boolean,
): Pick<RegistrationPlan, 'bank' | 'registrationUrl' | 'certificateUrl'> {
  const issuer = bank?.replace(/\/$/, '');
  if (issuer !== undefined) {
    return { bank: issuer, ...(registrationUrl === undefined ? {} : { registrationUrl }) };
  }
  const url = registrationUrl ?? config.registration_url;
  if (url === undefined) return { bank: running ?? DEFAULT_BANK };
  const { certificate_url: certificateUrl } = config;
  return { registrationUrl: url, ...(certificateUrl === undefined || hasCertificates ? {} : { certificateUrl }) };
}

function* redirectUriProblems(uris: readonly string[]): Iterable<string> {
  if (uris.length > MAX_REDIRECT_URIS)
    yield `A registration has at most ${MAX_REDIRECT_URIS} redirect URIs; these are ${uris.length}.`;
  for (const uri of uris) {
    const problem = redirectUriProblem(uri);
    if (problem !== undefined) yield `The redirect URI ${uri} ${problem}.`;
  }
}

/** A software without a home page is at home where its customers come back to. */
function homeOf([first = '']: readonly string[]): string {
  return URL.canParse('/', first) ? new URL('/', first).href : '';
}

/** OP's own example names one on the TPP's machine, where no bank can fetch anything. */
function revokedKeysEndpoint(url: string | undefined): { readonly endpoint?: string; readonly note?: string } {
  if (url === undefined || url.startsWith('https://')) return url === undefined ? {} : { endpoint: url };
  return { note: `software_jwks_revoked_endpoint ${url} is not https, so no bank could fetch it: it is left out.` };
}
