import { type BankKey, publishedKeys, signingKey } from '@lupa/bank';
import { KEY_LISTS, type KeyList, type SigningKeys } from '../certificates/bank-key-file.ts';
import { columns } from '../print/columns.ts';
import type { Paint } from '../print/paint.ts';

const NAMES: Readonly<Record<KeyList, string>> = {
  responseSigning: 'Answers of the payments API (x-jws-signature)',
  idTokens: 'ID tokens',
};

/** The keys that are published, who signs, and what will change, for a person. Fits 80 columns. */
export function describeKeys(keys: SigningKeys, now: Date, paint: Paint): string {
  const lines = KEY_LISTS.flatMap((list) => {
    const rows = publishedKeys(keys[list], now).map((key) => {
      const isSigner = key === signingKey(keys[list], now);
      return [paint(isSigner ? 'green' : 'dim', shortKid(key)), stateOf(key, isSigner, now), retirement(key)];
    });
    return [paint('bold', NAMES[list]), ...columns(rows)];
  });
  return `${lines.join('\n')}\n`;
}

/** The same for programs. Public facts alone. */
export function keysAsJson(keys: SigningKeys, now: Date): object {
  const described = KEY_LISTS.map((list) => {
    const signer = signingKey(keys[list], now);
    const published = publishedKeys(keys[list], now).map((key) => ({
      kid: key.kid,
      alg: key.alg,
      signs: key === signer,
      signsFrom: key.signsFrom?.toISOString() ?? null,
      retiresAt: key.retiresAt?.toISOString() ?? null,
    }));
    return [list, published];
  });
  return Object.fromEntries(described);
}

/** A kid is 43 characters long, and its beginning tells two keys apart. */
function shortKid({ kid }: BankKey): string {
  return `${kid.slice(0, 12)}…`;
}

function stateOf({ signsFrom }: BankKey, isSigner: boolean, now: Date): string {
  if (isSigner) return 'signs';
  if (signsFrom !== undefined && signsFrom > now) return `signs from ${clockTime(signsFrom)}`;
  return 'verifies only';
}

function retirement({ retiresAt }: BankKey): string {
  return retiresAt === undefined ? '' : `gone from ${clockTime(retiresAt)}`;
}

/** In UTC, as logs have it. */
function clockTime(time: Date): string {
  return time
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
