import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PEM certificate and its PEM key. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A sandbox of trust: one issuer, a server, a client, and a client of an issuer nobody trusts. Made by OpenSSL, not by us. */
export interface TestCertificates {
  readonly ca: string;
  readonly server: Identity;
  readonly client: Identity;
  readonly stranger: Identity;
}

export function makeCertificates(): TestCertificates {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-tpp-certificates-'));
  const path = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const issue = (name: string, issuer: string, extensions: string): Identity => {
    writeFileSync(path(`${name}.ext`), extensions);
    openssl(
      'req',
      '-new',
      ...newKey,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.csr`),
    );
    openssl(
      'x509',
      '-req',
      '-in',
      path(`${name}.csr`),
      '-CA',
      path(`${issuer}.crt`),
      '-CAkey',
      path(`${issuer}.key`),
      '-days',
      '2',
      '-extfile',
      path(`${name}.ext`),
      '-out',
      path(`${name}.crt`),
    );
    return { cert: readFileSync(path(`${name}.crt`), 'utf8'), key: readFileSync(path(`${name}.key`), 'utf8') };
  };
  const makeIssuer = (name: string) =>
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.crt`),
    );
  try {
    makeIssuer('ca');
    makeIssuer('other');
    return {
      ca: readFileSync(path('ca.crt'), 'utf8'),
      server: issue('server', 'ca', 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n'),
      client: issue('client', 'ca', 'extendedKeyUsage=clientAuth\n'),
      stranger: issue('stranger', 'other', 'extendedKeyUsage=clientAuth\n'),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A certificate that signs itself, with any subject. */
export function certificateFor(subject: string): Identity & { readonly ca: string } {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-tpp-certificate-'));
  const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
  try {
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
    const args = ['req', '-x509', ...newKey, '-days', '2', '-utf8', '-subj', subject, '-out', cert];
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const pem = readFileSync(cert, 'utf8');
    return { cert: pem, key: readFileSync(key, 'utf8'), ca: pem };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
