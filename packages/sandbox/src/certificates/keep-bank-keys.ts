import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import type { BankKey, BankKeySource, BankKeys } from '@lupa/bank';
import type { DataDirectory } from '../files/data-directory.ts';
import { readPrivateFile, writePrivateFile } from '../files/private-file.ts';
import { type BankKeyFile, parseBankKeyFile } from './bank-key-file.ts';
import { changeBankKeys } from './change-bank-keys.ts';
import { makeKey } from './keep-key.ts';
import { keyId } from './key-id.ts';

/** What only the bank knows. */
export interface BankSecrets {
  /** The keys as they are now. */
  readonly keys: BankKeys;
  /** The keys as they will be, for a bank that runs while `lupa keys rotate` changes them. */
  readonly keySource: BankKeySource;
  /** Customers' key codes are derived from it. */
  readonly factorSecret: string;
}

const SECRET_BYTES = 32;

/** Reads the bank's own keys, and makes those that are missing. */
export async function keepBankSecrets(files: DataDirectory): Promise<BankSecrets> {
  const [keyFile, { cookieKeys, factorSecret }] = await Promise.all([
    keepSigningKeys(files),
    keepSecrets(files.secrets),
  ]);
  const { responseSigning, idTokens } = keyFile;
  return { keys: { responseSigning, idTokens, cookieKeys }, keySource: keySource(files, cookieKeys), factorSecret };
}

/** Reads the signing keys, and makes them when there are none. */
async function keepSigningKeys(files: DataDirectory): Promise<BankKeyFile> {
  const kept = await changeBankKeys(files, async (there) => there ?? (await formerKeys(files)) ?? newSigningKeys());
  // Only now: a process killed before this line finds them again and drops them at its next start.
  for (const path of Object.values(files.formerSigningKeys)) await rm(path, { force: true });
  return kept;
}

/** The keys of a data directory from before they could rotate, when each had a file of its own: they sign on. */
async function formerKeys({ formerSigningKeys }: DataDirectory): Promise<BankKeyFile | undefined> {
  const [response, idToken] = await Promise.all([
    readPrivateFile(formerSigningKeys.response),
    readPrivateFile(formerSigningKeys.idToken),
  ]);
  if (response === undefined || idToken === undefined) return undefined;
  const [responseKey, idTokenKey] = [createPrivateKey(response), createPrivateKey(idToken)];
  return {
    responseSigning: [{ kid: keyId(responseKey), alg: 'ES256', privateKey: responseKey }],
    idTokens: [{ kid: keyId(idTokenKey), alg: 'RS256', privateKey: idTokenKey }],
    retired: [],
  };
}

/** A new key for answers: ES256 by default (contract §5). */
export async function newResponseKey(): Promise<BankKey> {
  const privateKey = await makeKey('P-256');
  return { kid: keyId(privateKey), alg: 'ES256', privateKey };
}

/** A new key for ID tokens: RS256 (contract §4). */
export async function newIdTokenKey(): Promise<BankKey> {
  const privateKey = await makeKey('RSA-2048');
  return { kid: keyId(privateKey), alg: 'RS256', privateKey };
}

async function newSigningKeys(): Promise<BankKeyFile> {
  const [response, idToken] = await Promise.all([newResponseKey(), newIdTokenKey()]);
  return { responseSigning: [response], idTokens: [idToken], retired: [] };
}

/** Reads the file again whenever asked. It is replaced whole, so there is no need to wait for whoever changes it. */
function keySource({ signingKeys: path }: DataDirectory, cookieKeys: BankKeys['cookieKeys']): BankKeySource {
  let latest: { readonly text: string; readonly keys: BankKeys } | undefined;
  return {
    read: async () => {
      const text = await readFile(path, 'utf8');
      if (latest?.text !== text) {
        const { responseSigning, idTokens } = parseBankKeyFile(path, text);
        latest = { text, keys: { responseSigning, idTokens, cookieKeys } };
      }
      return latest.keys;
    },
  };
}

interface Secrets {
  readonly cookieKeys: readonly [string, ...string[]];
  readonly factorSecret: string;
}

async function keepSecrets(path: string): Promise<Secrets> {
  const text = await readPrivateFile(path);
  if (text !== undefined) return JSON.parse(text) as Secrets;
  const secrets: Secrets = { cookieKeys: [newSecret()], factorSecret: newSecret() };
  await writePrivateFile(path, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
