import { LupaError, parseCompactJws, parseStrictJson, verifyParsedJws } from '@lupa/protocol';
import type { ClientKeys } from '../ports/client-keys.ts';
import type { Client } from '../ports/clients.ts';
import { findSignersKey } from './find-signers-key.ts';

/**
 * How long a nonce is remembered: as long as anything lives that the request can lead to, which is the refresh token
 * (contract §2). Nothing could be replayed after that.
 */
export const NONCE_REMEMBERED_SECONDS = 45 * 86_400;

/**
 * The payload of a JWT of the client's, its signature verified and parsed strictly: what the TPP signed must mean one thing only.
 *
 * @param what how the JWT is called in the description of what is wrong with it
 */
export async function readSignedClaims(
  text: string,
  { client, clientKeys }: { client: Client; clientKeys: ClientKeys },
  what: 'the request object' | 'the assertion',
): Promise<{ payload: unknown } | { problem: string }> {
  try {
    const jws = parseCompactJws(text);
    const findKey = await findSignersKey(clientKeys, client, jws.header);
    return { payload: parseStrictJson(verifyParsedJws(jws, findKey).payload) };
  } catch (error) {
    if (error instanceof LupaError) return { problem: describe(error, what) };
    throw error;
  }
}

function describe({ code, description }: LupaError, what: string): string {
  const wrong = WHAT_IS_WRONG[code]?.(what) ?? `${what} cannot be read`;
  return description === undefined ? wrong : `${wrong}: ${description}`;
}

const WHAT_IS_WRONG: Readonly<Record<string, (what: string) => string>> = {
  SIGNATURE_MALFORMED: (what) => `${what} is not an acceptable JWS`,
  SIGNATURE_KEY_UNKNOWN: (what) => `no key that may sign for the client has the kid of ${what} and fits its alg`,
  SIGNATURE_WRONG: (what) => `the signature of ${what} does not fit it`,
  BODY_NOT_JSON: (what) => `the payload of ${what} is not acceptable JSON`,
};
