import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  /** `x5t#S256` */
  readonly thumbprint: string;
}

/** A CA of the tests' own, made with OpenSSL alone, and what it issued: one certificate for each name. */
export function makeCertificates<Name extends string>(
  ...names: readonly Name[]
): { ca: string } & Record<Name | 'server', TestCertificate> {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-certificates-'));
  const path = (name: string) => join(directory, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    const isCa = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-days',
      '2',
      '-subj',
      '/CN=Test CA',
      ...isCa,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
    );
    const issue = (name: string): TestCertificate => {
      writeFileSync(path('ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
      openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-out', `${name}.crt`);
      const cert = read(`${name}.crt`);
      const thumbprint = createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url');
      return { cert, key: read(`${name}.key`), thumbprint };
    };
    const issued = Object.fromEntries(['server', ...names].map((name) => [name, issue(name)]));
    return { ca: read('ca.crt'), ...issued } as { ca: string } & Record<Name | 'server', TestCertificate>;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
