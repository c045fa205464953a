import { createPublicKey } from 'node:crypto';
import { publicKeyOf } from '../certificates/public-key-of.ts';
import { fetchOutside, type OnFetch, OutsideUnreachable } from './outside-fetch.ts';
import type { CertifiedTppKey, TppCertificates } from './tpp-certificates.ts';

/** The key set that the bank will fetch is not there, or not the TPP's; the message says what is wrong with it. */
export class HostedKeysWrong extends Error {
  override readonly name = 'HostedKeysWrong';

  constructor(url: string, problems: readonly string[]) {
    super(`The key set at ${url} cannot be registered:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * Fetches the key set that the bank will fetch, and compares it with the TPP's own keys: both are in it, each with its certificate, and no
 * private key is.
 *
 * @returns the certificates with the `kid`s that the key set has
 * @throws HostedKeysWrong with everything that is wrong; the signal's reason
 */
export async function checkHostedKeys(
  url: string,
  certificates: TppCertificates,
  { onFetch, signal }: { readonly onFetch: OnFetch; readonly signal: AbortSignal },
): Promise<TppCertificates> {
  const keys = await fetchKeys(url, onFetch, signal);
  const problems: string[] = [];
  if (keys.some((key) => 'd' in key)) {
    problems.push('It publishes a private key: everybody can sign with it now. Take it down and make a new one.');
  }
  const qwac = findHosted('QWAC', certificates.qwac, keys, problems);
  const qseal = findHosted('QSEALC', certificates.qseal, keys, problems);
  if (problems.length > 0) throw new HostedKeysWrong(url, problems);
  return { ...certificates, qwac, qseal };
}

async function fetchKeys(
  url: string,
  onFetch: OnFetch,
  signal: AbortSignal,
): Promise<readonly Record<string, unknown>[]> {
  try {
    const { status, json } = await fetchOutside(url, { signal }, onFetch);
    if (status !== 200) throw new HostedKeysWrong(url, [`It answers ${status}, not 200.${redirectHint(status)}`]);
    const { keys } = Object(json);
    if (Array.isArray(keys)) return keys.map((key) => Object(key));
    throw new HostedKeysWrong(url, ['It is not a JWK Set, {"keys": [...]}.']);
  } catch (error) {
    if (error instanceof OutsideUnreachable) throw new HostedKeysWrong(url, [`${error.message}.`]);
    throw error;
  }
}

function redirectHint(status: number): string {
  return status >= 300 && status < 400 ? ' A bank follows no redirect: give the address it leads to.' : '';
}

function findHosted(
  name: string,
  certified: CertifiedTppKey,
  keys: readonly Record<string, unknown>[],
  problems: string[],
): CertifiedTppKey {
  const own = createPublicKey(certified.key);
  const hosted = keys.find((jwk) => publicKeyOf(jwk)?.equals(own) === true);
  if (hosted === undefined) {
    problems.push(`The key of the ${name} is not in it.`);
    return certified;
  }
  const { kid, x5c } = hosted;
  if (typeof kid !== 'string' || kid === '') problems.push(`The key of the ${name} has no kid in it.`);
  const leaf: unknown = Array.isArray(x5c) ? x5c[0] : undefined;
  if (leaf === undefined)
    problems.push(`The key of the ${name} has no x5c in it: the bank looks for its certificate there.`);
  else if (leaf !== Buffer.from(certified.certificate.raw).toString('base64')) {
    problems.push(`The key of the ${name} has another certificate in its x5c than the one given.`);
  }
  return { ...certified, kid: String(kid) };
}
