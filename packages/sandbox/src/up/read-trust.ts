import { readFile } from 'node:fs/promises';
import { CertificateError, TrustAnchors } from '@lupa/certificates';
import { whyUnreadable } from '@lupa/server/why-unreadable';

/** A file of `--trust` cannot be used. The message says what to do. */
export class UnusableTrust extends Error {
  override readonly name = 'UnusableTrust';
}

/**
 * Reads the CAs a sandbox trusts beside its own.
 *
 * @param files PEM bundles
 * @returns one PEM bundle of all; `undefined` when there are none
 * @throws UnusableTrust
 */
export async function readTrust(files: readonly string[]): Promise<string | undefined> {
  const bundles = await Promise.all(files.map(readBundle));
  return bundles.length === 0 ? undefined : bundles.join('\n');
}

async function readBundle(file: string): Promise<string> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (error) {
    throw new UnusableTrust(`--trust ${file} cannot be read: ${whyUnreadable(error)}. Name a PEM file of CAs.`);
  }
  try {
    TrustAnchors.fromPem(pem);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new UnusableTrust(`--trust ${file} cannot be used: ${error.message} Name a PEM file of CAs.`);
  }
  return pem;
}
