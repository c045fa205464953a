import { type FindKey, type JwsHeader, LupaError } from '@lupa/protocol';
import type { ClientKeys } from '../ports/client-keys.ts';
import type { Client } from '../ports/clients.ts';

/**
 * Looks for the key with which a client signed something, ready for verifying it.
 *
 * @throws LupaError SIGNATURE_KEY_UNKNOWN, which says what is wrong with the key's certificate where that is the reason
 */
export async function findSignersKey(keys: ClientKeys, client: Client, { kid, alg }: JwsHeader): Promise<FindKey> {
  const found = await keys.find(client, kid, alg);
  if ('key' in found) return () => found.key;
  throw new LupaError('SIGNATURE_KEY_UNKNOWN', found.problem === undefined ? {} : { description: found.problem });
}
