import { fitsAlgorithm } from '@lupa/protocol';
import { keyTimesFault } from '../domain/key-schedule.ts';
import type { BankKey, BankKeySource, BankKeys } from '../ports/bank-keys.ts';

/** The bank's keys while it runs. */
export interface FollowedKeys {
  /** The keys of this moment. */
  readonly current: () => BankKeys;
  /** Looks whether they have changed. @throws TypeError when the new ones cannot be used; the old ones serve on */
  reread(): Promise<void>;
}

/**
 * Reads the bank's keys for the first time, and again whenever it is told to.
 *
 * @param given the keys themselves, when they never change
 * @throws TypeError when they cannot be used; what the source throws
 */
export async function followKeys(given: BankKeys | BankKeySource): Promise<FollowedKeys> {
  const source = 'read' in given ? given : { read: async () => given };
  let keys = checkKeys(await source.read());
  return {
    current: () => keys,
    reread: async () => {
      const read = await source.read();
      if (read !== keys) keys = checkKeys(read);
    },
  };
}

/** A key that cannot sign must show when it is read, not at the first answer after its time has come. */
function checkKeys(keys: BankKeys): BankKeys {
  for (const [name, list] of Object.entries({ responseSigning: keys.responseSigning, idTokens: keys.idTokens })) {
    const fault = list.map(keyFault).find((found) => found !== undefined) ?? sameName(list) ?? keyTimesFault(list);
    if (fault !== undefined) throw new TypeError(`the bank's keys for ${name} cannot be used: ${fault}`);
  }
  if (keys.idTokens.some(({ alg }) => alg !== 'RS256')) throw new TypeError('ID tokens are signed with RS256');
  return keys;
}

function keyFault({ kid, alg, privateKey }: BankKey): string | undefined {
  if (kid === '') return 'a key has no kid';
  const fits = privateKey.type === 'private' && fitsAlgorithm(privateKey, alg);
  return fits ? undefined : `the key ${kid} is no private key for ${alg}`;
}

function sameName(list: readonly BankKey[]): string | undefined {
  return new Set(list.map(({ kid }) => kid)).size === list.length ? undefined : 'two keys have the same kid';
}
