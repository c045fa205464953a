import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import type { BankKey, BankKeys } from '@lupa/bank';
import { privatePem } from './keep-key.ts';

/** The lists of keys a bank signs with. */
export const KEY_LISTS = ['responseSigning', 'idTokens'] as const;
export type KeyList = (typeof KEY_LISTS)[number];

/** The bank's signing keys, with when each signs and retires. */
export type SigningKeys = Pick<BankKeys, KeyList>;

/** What is left of a retired key: enough to verify what it signed, should anybody ask years later. */
export interface RetiredKey {
  readonly list: KeyList;
  readonly retired: string;
  readonly jwk: JsonWebKey & { readonly kid: string };
}

/** What the file of the bank's signing keys holds. */
export interface BankKeyFile extends SigningKeys {
  readonly retired: readonly RetiredKey[];
}

interface WrittenKey {
  readonly kid: string;
  readonly alg: BankKey['alg'];
  readonly signsFrom?: string;
  readonly retiresAt?: string;
  readonly privateKey: string;
}

/** Prints the file. Both lists are in one, so that no kill leaves a rotation half-done. */
export function printBankKeyFile({ responseSigning, idTokens, retired }: BankKeyFile): string {
  const written = { responseSigning: responseSigning.map(writtenKey), idTokens: idTokens.map(writtenKey), retired };
  return `${JSON.stringify(written, null, 2)}\n`;
}

/** Reads the file back. It is written whole and by us alone. @throws Error saying what to do when somebody else wrote it */
export function parseBankKeyFile(path: string, text: string): BankKeyFile {
  try {
    const { responseSigning, idTokens, retired } = JSON.parse(text);
    return { responseSigning: readKeys(responseSigning), idTokens: readKeys(idTokens), retired };
  } catch (cause) {
    throw new Error(`${path} does not hold the bank's signing keys. Delete it to have new ones made.`, { cause });
  }
}

/** What is kept of a key that has retired: not its private half. */
export function retiredKey(list: KeyList, { kid, alg, privateKey, retiresAt }: BankKey): RetiredKey {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  return { list, retired: retiresAt?.toISOString() ?? '', jwk: { ...jwk, kid, alg, use: 'sig' } };
}

function writtenKey({ kid, alg, signsFrom, retiresAt, privateKey }: BankKey): WrittenKey {
  return {
    kid,
    alg,
    ...(signsFrom === undefined ? {} : { signsFrom: signsFrom.toISOString() }),
    ...(retiresAt === undefined ? {} : { retiresAt: retiresAt.toISOString() }),
    privateKey: privatePem(privateKey),
  };
}

function readKeys(written: readonly WrittenKey[]): [BankKey, ...BankKey[]] {
  const [first, ...others] = written.map(
    ({ kid, alg, signsFrom, retiresAt, privateKey }): BankKey => ({
      kid,
      alg,
      ...(signsFrom === undefined ? {} : { signsFrom: new Date(signsFrom) }),
      ...(retiresAt === undefined ? {} : { retiresAt: new Date(retiresAt) }),
      privateKey: createPrivateKey(privateKey),
    }),
  );
  if (first === undefined) throw new Error('no keys');
  return [first, ...others];
}
