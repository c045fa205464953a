import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { readPrivateFile, writePrivateFile } from '../files/private-file.ts';

const generate = promisify(generateKeyPair);

/** P-256 for everything but what must speak RS256; 2048 bits is the least that anybody accepts, and quick to make. */
export type KeyKind = 'P-256' | 'RSA-2048';

/** Reads a private key from its file (PKCS #8, PEM); makes it when there is none yet. */
export async function keepKey(path: string, kind: KeyKind): Promise<KeyObject> {
  const pem = await readPrivateFile(path);
  if (pem !== undefined) return readKey(path, pem);
  const { privateKey } =
    kind === 'P-256' ? await generate('ec', { namedCurve: 'P-256' }) : await generate('rsa', { modulusLength: 2048 });
  await writePrivateFile(path, privatePem(privateKey));
  return privateKey;
}

export function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function readKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new Error(`${path} holds no private key. Delete it to have a new one made.`, { cause });
  }
}
