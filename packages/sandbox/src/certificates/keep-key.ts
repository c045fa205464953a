import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { readPrivateFile, writePrivateFile } from '../files/private-file.ts';

const generate = promisify(generateKeyPair);

/** P-256 for everything but what must speak RS256; 2048 bits is the least that anybody accepts, and quick to make. */
export type KeyKind = 'P-256' | 'RSA-2048';

const KEY_TYPES: Readonly<Record<KeyKind, string>> = { 'P-256': 'ec', 'RSA-2048': 'rsa' };

/**
 * Reads a private key from its file (PKCS #8, PEM); makes it when there is none yet, or one of another type, such as an
 * earlier version made for this file.
 */
export async function keepKey(path: string, kind: KeyKind): Promise<KeyObject> {
  const pem = await readPrivateFile(path);
  const kept = pem === undefined ? undefined : readKey(path, pem);
  if (kept?.asymmetricKeyType === KEY_TYPES[kind]) return kept;
  const key = await makeKey(kind);
  await writePrivateFile(path, privatePem(key));
  return key;
}

/** Makes a private key, off the main thread. */
export async function makeKey(kind: KeyKind): Promise<KeyObject> {
  const { privateKey } =
    kind === 'P-256' ? await generate('ec', { namedCurve: 'P-256' }) : await generate('rsa', { modulusLength: 2048 });
  return privateKey;
}

/** PEM (PKCS #8), as every key file of ours is. */
export function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @param path named where `pem` holds no private key */
export function readKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new Error(`${path} holds no private key. Delete it to have a new one made.`, { cause });
  }
}
