import { readFile } from 'node:fs/promises';
import { readCertificate, readCertificates } from '@lupa/certificates';
import { whyUnreadable } from '@lupa/server/why-unreadable';
import { type Finding, findingOf, NothingToInspect } from './inspect-finding.ts';
import { readJwks } from './inspect-jwks.ts';
import { readServer } from './inspect-server.ts';

/** Much more than certificates and key sets have. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** What DER begins with. */
const SEQUENCE = 0x30;

/**
 * Finds the certificates of a file (PEM, DER, or a key set) or of a server (`https://host:port`).
 *
 * @throws NothingToInspect when there is no such file or server
 */
export async function findCertificates(source: string): Promise<Finding[]> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return [await readServer(source)];
  const bytes = await readBounded(source);
  if (bytes[0] === SEQUENCE) return [findingOf(source, () => [readCertificate(bytes)])];
  const text = bytes.toString('utf8');
  return text.trimStart().startsWith('{') ? readJwks(source, bytes) : [findingOf(source, () => readCertificates(text))];
}

/** Reads the certificates of a PEM file. */
export async function readPemFile<Read>(path: string, read: (pem: string) => Read): Promise<Read> {
  return read((await readBounded(path)).toString('utf8'));
}

async function readBounded(path: string): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new NothingToInspect(`${path} cannot be read: ${whyUnreadable(error)}. Name the file of a certificate.`);
  }
  if (bytes.length > MAX_FILE_BYTES) {
    throw new NothingToInspect(`${path} has more than ${MAX_FILE_BYTES} bytes; no certificate and no key set has.`);
  }
  return bytes;
}
