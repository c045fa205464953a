import { randomBytes } from 'node:crypto';
import type { BankKeys } from '@lupa/bank';
import type { DataDirectory } from '../files/data-directory.ts';
import { readPrivateFile, writePrivateFile } from '../files/private-file.ts';
import { keepKey } from './keep-key.ts';
import { keyId } from './key-id.ts';

/** What only the bank knows. */
export interface BankSecrets {
  readonly keys: BankKeys;
  /** Customers' key codes are derived from it. */
  readonly factorSecret: string;
}

const SECRET_BYTES = 32;

/** Reads the bank's own keys, and makes those that are missing. */
export async function keepBankSecrets(files: DataDirectory): Promise<BankSecrets> {
  const [response, idToken, { cookieKeys, factorSecret }] = await Promise.all([
    keepKey(files.responseSigningKey, 'P-256'),
    keepKey(files.idTokenKey, 'RSA-2048'),
    keepSecrets(files.secrets),
  ]);
  return {
    keys: {
      responseSigning: [{ kid: keyId(response), alg: 'ES256', privateKey: response }],
      idTokens: [{ kid: keyId(idToken), alg: 'RS256', privateKey: idToken }],
      cookieKeys,
    },
    factorSecret,
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
