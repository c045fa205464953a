import { createPrivateKey, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { fitsAlgorithm, parseClientId } from '@lupa/protocol';
import { asSecret, type Secret } from './secret.ts';
import type { BankEndpoints, ClientSettings, TppSettings } from './settings.ts';
import { TppError } from './tpp-error.ts';
import { isLocalhost } from './wire/localhost.ts';

/** What fits a header and a form as it is. */
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;

/** Checks the settings whole, so that every mistake shows at once and none at the first payment. @throws TppError SETTINGS_INVALID */
export function checkSettings(settings: TppSettings): { endpoints: BankEndpoints; signingKey: KeyObject } {
  const signingKey = checkClient(settings, [...endpointProblems(Object(settings.endpoints))]);
  const { api, ...others } = settings.endpoints;
  return { endpoints: { ...others, api: api.replace(/\/+$/, '') }, signingKey };
}

/** Checks what says who is calling. @throws TppError SETTINGS_INVALID, with the problems already found elsewhere */
export function checkClient(settings: ClientSettings, problems: string[] = []): KeyObject {
  problems.push(...clientProblems(Object(settings)));
  const signingKey = readSigningKey(settings, problems);
  if (problems.length > 0 || signingKey === undefined) {
    throw new TppError('SETTINGS_INVALID', { detail: problems.join('; ') });
  }
  return signingKey;
}

/**
 * Whether an address may be used: https, or plain http on this machine where no secret and no certificate is sent.
 *
 * @returns the problem in words, or `undefined`
 */
export function addressProblem(name: string, address: unknown, mayBePlain: boolean): string | undefined {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url === null) return `${name} is not a URL`;
  if (url.username !== '' || url.password !== '') return `${name} holds a password`;
  if (url.hash !== '') return `${name} has a fragment`;
  if (url.protocol === 'https:' || (mayBePlain && url.protocol === 'http:' && isLocalhost(url))) return undefined;
  return mayBePlain ? `${name} is neither https nor http on localhost` : `${name} is not https`;
}

function* endpointProblems(endpoints: Partial<BankEndpoints>): Iterable<string> {
  for (const name of ['token', 'api'] as const)
    yield* some(addressProblem(`endpoints.${name}`, endpoints[name], false));
  if (endpoints.revocation !== undefined)
    yield* some(addressProblem('endpoints.revocation', endpoints.revocation, false));
  for (const name of ['issuer', 'authorize', 'idTokenKeys', 'responseKeys'] as const) {
    yield* some(addressProblem(`endpoints.${name}`, endpoints[name], true));
  }
  if (typeof endpoints.audience !== 'string' || endpoints.audience === '') yield 'endpoints.audience is missing';
}

function* clientProblems({
  clientId,
  clientSecret,
  apiKey,
  redirectUri,
  tls,
  limits = {},
}: ClientSettings): Iterable<string> {
  if (typeof clientId !== 'string' || parseClientId(clientId) === undefined)
    yield 'clientId is missing or not a client id';
  if (!isPrintable(clientSecret)) yield 'clientSecret is missing or has characters no secret has';
  if (!isPrintable(apiKey)) yield 'apiKey is missing or has characters no key has';
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) yield 'redirectUri is not a URL';
  yield* some(tlsProblem(tls));
  for (const [name, limit] of Object.entries(limits)) {
    if (!(Number.isFinite(limit) && limit > 0)) yield `limits.${name} is not a number above zero`;
  }
}

/** Whether certificate, key and issuers are what they should be. @returns the problem in words, or `undefined` */
export function tlsProblem(tls: ClientSettings['tls']): string | undefined {
  const { cert, key, ca } = Object(tls) as Partial<ClientSettings['tls']>;
  if (cert === undefined || key === undefined) return 'tls.cert or tls.key is missing';
  try {
    createSecureContext({ cert, key: asSecret(key).reveal(), ...(ca === undefined ? {} : { ca: [ca].flat() }) });
    return undefined;
  } catch {
    return 'tls.cert and tls.key are not a PEM certificate and the PEM key that belongs to it, or tls.ca is not PEM';
  }
}

/** Reads the key that signs; what is wrong with it is added to the problems. */
export function readSigningKey(
  { signing }: Pick<ClientSettings, 'signing'>,
  problems: string[],
): KeyObject | undefined {
  const { key, kid, alg } = Object(signing) as Partial<ClientSettings['signing']>;
  if (typeof kid !== 'string' || kid === '') problems.push('signing.kid is missing');
  if (alg !== 'ES256' && alg !== 'RS256') {
    problems.push('signing.alg is neither ES256 nor RS256');
    return undefined;
  }
  try {
    const privateKey = createPrivateKey(asSecret(key ?? '').reveal());
    if (fitsAlgorithm(privateKey, alg)) return privateKey;
    problems.push(`signing.key does not fit ${alg}: ES256 takes P-256, RS256 takes RSA of 2048 bits or more`);
  } catch {
    // The cause is dropped: it may quote the key.
    problems.push('signing.key is not a PEM private key');
  }
  return undefined;
}

/** Whether it can stand in a header and in a form. */
export function isPrintable(secret: string | Secret | undefined): boolean {
  return secret !== undefined && PRINTABLE_ASCII.test(asSecret(secret).reveal());
}

function* some<T>(value: T | undefined): Iterable<T> {
  if (value !== undefined) yield value;
}
