import {
  type BankKey,
  ID_TOKEN_KEY_KEPT_SECONDS,
  planKeyRotation,
  publishedKeys,
  RESPONSE_KEY_KEPT_SECONDS,
} from '@lupa/bank';
import { type BankKeyFile, KEY_LISTS, type KeyList, retiredKey } from '../certificates/bank-key-file.ts';
import { changeBankKeys } from '../certificates/change-bank-keys.ts';
import { newIdTokenKey, newResponseKey } from '../certificates/keep-bank-keys.ts';
import type { DataDirectory } from '../files/data-directory.ts';

/** The bank's keys cannot be rotated now. The message says why and what to do. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused';
}

/** Public halves that are kept of keys that have retired. */
const RETIRED_KEPT = 1_000;

const KEPT_SECONDS: Readonly<Record<KeyList, number>> = {
  responseSigning: RESPONSE_KEY_KEPT_SECONDS,
  idTokens: ID_TOKEN_KEY_KEPT_SECONDS,
};
const MAKE: Readonly<Record<KeyList, () => Promise<BankKey>>> = {
  responseSigning: newResponseKey,
  idTokens: newIdTokenKey,
};

/**
 * Adds a new key to each list of the bank's keys, to sign as soon as everybody has read it, and says when the others retire. A bank that
 * runs on the directory follows within seconds. Of keys that have retired only the public halves are kept.
 *
 * @param atOnce for keys that somebody else may have: the new ones sign within seconds, and all others go that moment
 * @throws RotationRefused when there are no keys yet, or an earlier rotation still waits; BankKeysBusy
 */
export async function rotateBankKeys(
  files: DataDirectory,
  now: Date,
  { atOnce = false }: { readonly atOnce?: boolean } = {},
): Promise<BankKeyFile> {
  // Made before anybody is kept waiting.
  const made = { responseSigning: await MAKE.responseSigning(), idTokens: await MAKE.idTokens() };
  return changeBankKeys(files, async (kept) => {
    if (kept === undefined) {
      throw new RotationRefused(`There are no signing keys in ${files.path}. Start the bank once: lupa up makes them.`);
    }
    const [responseSigning, idTokens] = KEY_LISTS.map((list) => rotate(kept[list], list, made[list], now, atOnce));
    if (responseSigning === undefined || idTokens === undefined) throw new RotationRefused(WAITING);
    const retired = KEY_LISTS.flatMap((list) => retiredOf(kept[list], list, now));
    return { responseSigning, idTokens, retired: [...retired, ...kept.retired].slice(0, RETIRED_KEPT) };
  });
}

const WAITING =
  'An earlier rotation is under way: its new keys are published and do not sign yet. ' +
  'Wait until they do (lupa keys list), or use --now if the keys may be known to somebody else.';

function rotate(
  keys: readonly [BankKey, ...BankKey[]],
  list: KeyList,
  made: BankKey,
  now: Date,
  atOnce: boolean,
): [BankKey, ...BankKey[]] | undefined {
  const plan = planKeyRotation(keys, now, { keptSeconds: KEPT_SECONDS[list], atOnce });
  return plan && [{ ...made, ...plan.newKey }, ...publishedKeys(plan.others, now)];
}

function retiredOf(keys: readonly BankKey[], list: KeyList, now: Date) {
  const published = publishedKeys(keys, now);
  return keys.filter((key) => !published.includes(key)).map((key) => retiredKey(list, key));
}
