import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The files of a bank as an operator has them: made with OpenSSL, by a CA that is no sandbox's. */
export interface ServeFiles {
  readonly directory: string;
  /** The CA of the bank's own certificates, and of its TPPs'. */
  readonly ca: { readonly certificate: string; readonly key: string };
  /** What a configuration says of them, paths relative to the directory. */
  readonly members: ServeMembers;
  /** Makes a key and a certificate of the CA, as files `name.pem` and `name-key.pem`. */
  certify(name: string, options?: CertifyOptions): void;
  /** Makes a key and a certificate that nobody but itself vouches for. */
  certifyElsewhere(name: string): void;
  /** Writes a configuration. @returns its path */
  write(configuration: object, name?: string): string;
  remove(): void;
}

export interface CertifyOptions {
  /** `-newkey` of OpenSSL. */
  readonly newkey?: readonly string[];
  readonly subject?: string;
  readonly names?: string;
  readonly isAuthority?: boolean;
  /** Instead of those of a server's certificate, as OpenSSL writes them: `keyUsage=critical,digitalSignature`. */
  readonly extensions?: readonly string[];
  /** Negative: it has expired. */
  readonly days?: number;
}

const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
export const RSA = ['-newkey', 'rsa:2048'];

export type ServeMembers = ReturnType<typeof membersOf>;

/** Makes them in a directory of their own. */
export function makeServeFiles(): ServeFiles {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-serve-'));
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const certify = (name: string, options: CertifyOptions = {}) => {
    const { newkey = P256, subject = `/C=FI/O=Karhu Bank/CN=${name}`, isAuthority = false, days = 365 } = options;
    const { names = 'DNS:localhost,IP:127.0.0.1,IP:::1' } = options;
    const extensions = isAuthority
      ? ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']
      : ['basicConstraints=critical,CA:FALSE', ...(options.extensions ?? [`subjectAltName=${names}`])];
    const key = `${name}-key.pem`;
    openssl(
      ...['req', '-new', '-noenc', ...newkey, '-keyout', key, '-out', `${name}.csr`, '-subj', subject],
      ...extensions.flatMap((extension) => ['-addext', extension]),
    );
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-copy_extensions', 'copyall', '-days', String(days)],
      ...(name === 'ca' ? ['-signkey', key] : ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem']),
      ...['-out', `${name}.pem`],
    );
    chmodSync(join(directory, `${name}-key.pem`), 0o600);
  };
  certify('ca', { isAuthority: true, subject: '/C=FI/O=Karhu Trust/CN=Karhu Test CA' });
  makeRevocationList(directory, openssl);
  certify('api');
  certify('authorize');
  for (const [name, args] of [
    ['response-key.pem', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['id-token-key.pem', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
  ] as const) {
    openssl('genpkey', ...args, '-out', name);
    chmodSync(join(directory, name), 0o600);
  }
  for (const name of ['cookie-secrets', 'factor-secret']) {
    writeFileSync(join(directory, name), `${randomBytes(36).toString('base64')}\n`, { mode: 0o600 });
  }
  return {
    directory,
    ca: { certificate: join(directory, 'ca.pem'), key: join(directory, 'ca-key.pem') },
    members: membersOf(),
    certify,
    certifyElsewhere: (name) => {
      const files = ['-keyout', `${name}-key.pem`, '-out', `${name}.pem`];
      openssl('req', '-x509', '-noenc', ...P256, ...files, '-subj', `/C=FI/O=Nobody/CN=${name}`, '-days', '9');
    },
    write: (configuration, name = 'lupa.json') => {
      const path = join(directory, name);
      writeFileSync(path, JSON.stringify(configuration, null, 2));
      return path;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** What the CA has revoked: nothing. `ca.crl`, in DER. */
function makeRevocationList(directory: string, openssl: (...args: readonly string[]) => Buffer): void {
  writeFileSync(join(directory, 'index.txt'), '');
  const configuration = [
    ...['[ca]', 'default_ca=a', '[a]', 'database=index.txt', 'default_md=sha256', 'crlnumber=crl-number'],
    ...['crl_extensions=b', '[b]', 'authorityKeyIdentifier=keyid'],
  ];
  writeFileSync(join(directory, 'ca.cnf'), configuration.join('\n'));
  writeFileSync(join(directory, 'crl-number'), '01\n');
  const ca = ['-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca-key.pem'];
  openssl('ca', '-gencrl', ...ca, '-crldays', '7', '-out', 'crl.pem');
  openssl('crl', '-in', 'crl.pem', '-outform', 'DER', '-out', 'ca.crl');
}

/** Makes a directory that looks like a sandbox's. @returns it */
export function sandboxDirectoryIn(directory: string): string {
  const path = join(directory, 'sandbox');
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'lupa.lock'), '');
  return path;
}

function membersOf() {
  return {
    database: { url: 'postgres://lupa@localhost/lupa' },
    operations: { port: 0 },
    api: {
      url: 'https://localhost:8443',
      host: '127.0.0.1',
      port: 8443,
      certificateFile: 'api.pem',
      privateKeyFile: 'api-key.pem',
      trustedIssuersFile: 'ca.pem',
    },
    authorize: {
      url: 'https://localhost:8444',
      host: '127.0.0.1',
      port: 8444,
      certificateFile: 'authorize.pem',
      privateKeyFile: 'authorize-key.pem',
    },
    keys: {
      responseSigningFile: 'response-key.pem',
      idTokensFile: 'id-token-key.pem',
      cookiesFile: 'cookie-secrets',
      factorSecretFile: 'factor-secret',
    },
    bank: { codes: ['5'], bic: 'KARHFIHH' },
  };
}
