import { type JwkSet, parseJwkSet, parseStrictJson, RegistrationRefused } from '@lupa/protocol';

/** A client's key set as it is kept: public members only, each key with a name of its own. */
export interface KeySet {
  readonly jwks: { readonly keys: readonly PublicJwk[] };
  readonly keys: JwkSet;
}

export type PublicJwk = Readonly<Record<string, unknown>> & { readonly kid: string };

/** Keys one client may have: those in use, and those that retire. */
export const MAX_KEYS = 16;

/** What is kept of a key: nothing that is not public, and nothing that is of no use here. */
const KEPT = ['kty', 'kid', 'alg', 'use', 'key_ops', 'crv', 'x', 'y', 'n', 'e', 'x5c'] as const;
/** RFC 7518 section 6: whoever publishes one of these has no secret any more. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads a fetched key set (RFC 7517 section 5).
 *
 * @throws RegistrationRefused key-set
 */
export function readKeySet(bytes: Uint8Array): KeySet {
  const refuse = (problem: string) => new RegistrationRefused('key-set', `The key set ${problem}`);
  const found = readKeys(bytes);
  if (found === undefined) throw refuse('is not a JSON Web Key Set: serve an object with the array keys, as JSON.');
  if (found.length > MAX_KEYS) throw refuse(`has more than ${MAX_KEYS} keys: take out those that retired.`);
  const names = new Set<unknown>();
  for (const jwk of found) {
    if (PRIVATE.some((member) => member in jwk)) {
      throw refuse(
        'publishes a private key, which is no secret any more: make new keys, and publish their public halves.',
      );
    }
    if (names.has(jwk.kid)) throw refuse('has two keys with one kid: name each differently.');
    if (jwk.kid !== undefined) names.add(jwk.kid);
  }
  return keySetOf(found.filter(isNamed).map(publicHalf));
}

/**
 * The key set without what its owner has revoked.
 *
 * @param bytes the set at the endpoint of revoked keys
 * @throws RegistrationRefused revoked-keys
 */
export function withoutRevoked({ jwks }: KeySet, bytes: Uint8Array): KeySet {
  const revoked = readKeys(bytes);
  if (revoked === undefined) {
    throw new RegistrationRefused(
      'revoked-keys',
      'The set of revoked keys is not a JSON Web Key Set: serve one without keys if none is revoked.',
    );
  }
  const names = new Set(revoked.map(({ kid }) => kid));
  return keySetOf(jwks.keys.filter(({ kid }) => !names.has(kid)));
}

function keySetOf(keys: readonly PublicJwk[]): KeySet {
  const jwks = { keys };
  return { jwks, keys: parseJwkSet(jwks) };
}

function readKeys(bytes: Uint8Array): readonly Readonly<Record<string, unknown>>[] | undefined {
  let json: unknown;
  try {
    json = parseStrictJson(bytes);
  } catch {
    return undefined;
  }
  const keys: unknown = typeof json === 'object' && json !== null && 'keys' in json ? json.keys : undefined;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'object' && key !== null)) return undefined;
  return keys;
}

function isNamed(jwk: Readonly<Record<string, unknown>>): jwk is PublicJwk {
  return typeof jwk.kid === 'string' && jwk.kid !== '';
}

function publicHalf(jwk: PublicJwk): PublicJwk {
  const kept = KEPT.filter((name) => jwk[name] !== undefined).map((name) => [name, jwk[name]]);
  return { ...Object.fromEntries(kept), kid: jwk.kid };
}

/** The names of the keys of a set. */
export function kidsOf({ jwks }: { readonly jwks: { readonly keys: readonly object[] } }): readonly string[] {
  return jwks.keys.flatMap((jwk) => ('kid' in jwk && typeof jwk.kid === 'string' ? [jwk.kid] : []));
}
