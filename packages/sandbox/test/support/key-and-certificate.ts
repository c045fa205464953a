import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openssl } from './openssl.ts';

/** A P-256 key and a certificate for it, in PEM, good for a server on localhost. Nobody trusts it. */
export function keyAndCertificate(subject = '/CN=anybody'): { readonly key: string; readonly certificate: string } {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-certificate-'));
  const [keyFile, file] = [join(directory, 'key'), join(directory, 'certificate')];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  const host = ['-addext', 'subjectAltName=DNS:localhost'];
  const { status, said } = openssl('req', '-x509', ...newKey, '-days', '2', ...host, '-subj', subject, '-out', file);
  try {
    if (status !== 0) throw new Error(said);
    return { key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(file, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
