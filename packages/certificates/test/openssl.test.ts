import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  encodeQcStatements,
  judgeCertificate,
  readCertificates,
  readRevocationList,
  TrustAnchors,
} from '../src/index.ts';
import { NCA } from './support/make-certificate.ts';

/** Certificates and lists that OpenSSL made, knowing nothing of this package. */
let directory = '';
const openssl = (...args: string[]): string => {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { cwd: directory, encoding: 'utf8' });
  if (error) throw new Error('These tests need openssl (on Debian: apt-get install openssl).', { cause: error });
  assert.equal(status, 0, `openssl ${args.join(' ')}\n${stderr}`);
  return stdout;
};
const selfSign = (key: string, config: string, certificate: string, ...options: string[]) => {
  const extensions = ['-extensions', 'ca_extensions', '-days', '30', ...options];
  openssl('req', '-x509', '-new', '-key', key, '-config', config, '-out', certificate, ...extensions);
};
const read = async (file: string) => {
  const [certificate] = readCertificates(await readFile(join(directory, file), 'utf8'));
  assert.ok(certificate);
  return certificate;
};

const KEYS: Record<string, { make: string[]; size: string }> = {
  'rsa-2048': { make: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], size: '(2048 bit)' },
  'p-256': { make: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], size: '(256 bit)' },
  'p-384': { make: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], size: '(384 bit)' },
  ed25519: { make: ['-algorithm', 'ED25519'], size: 'ED25519' },
};

const configuration = (statements: Uint8Array) => `
[ca]
default_ca = lists
[lists]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 1
[req]
prompt = no
distinguished_name = name
utf8 = yes
string_mask = MASK:0x2002
[name]
C = FI
O = Tuohi Åbo Oy
organizationIdentifier = PSDFI-FINFSA-1234567-1
OU = Payments
+CN = Tuohi
[ca_name]
C = FI
CN = OpenSSL CA
[ca_extensions]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
[qwac]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = clientAuth, serverAuth
crlDistributionPoints = URI:https://ca.example/ca.crl, URI:ldap://ca.example/x
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 0.4.0.194112.1.4
qcStatements = DER:${Buffer.from(statements).toString('hex')}
`;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lupa-openssl-'));
  const statements = encodeQcStatements({ type: 'web', psd2: { roles: ['PSP_PI'], ...NCA } });
  const config = configuration(statements);
  await writeFile(join(directory, 'openssl.cnf'), config);
  const caName = config.replace('distinguished_name = name', 'distinguished_name = ca_name');
  await writeFile(join(directory, 'ca.cnf'), caName);
  openssl('genpkey', ...(KEYS['p-256']?.make ?? []), '-out', 'ca.key');
  selfSign('ca.key', 'ca.cnf', 'ca.crt');
  for (const [name, { make }] of Object.entries(KEYS)) {
    openssl('genpkey', ...make, '-out', `${name}.key`);
    openssl('req', '-new', '-key', `${name}.key`, '-config', 'openssl.cnf', '-out', `${name}.csr`);
    const issue = ['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', '20'];
    openssl(...issue, '-extfile', 'openssl.cnf', '-extensions', 'qwac', '-out', `${name}.crt`);
  }
});
after(() => rm(directory, { recursive: true, force: true }));

describe('what OpenSSL makes is read as OpenSSL reads it:', () => {
  for (const [name, { size }] of Object.entries(KEYS)) {
    test(`a certificate for a key of ${name}`, async () => {
      const certificate = await read(`${name}.crt`);
      const text = openssl('x509', '-in', `${name}.crt`, '-noout', '-text', '-fingerprint', '-sha256');
      assert.match(text, new RegExp(size.replaceAll(/[()]/g, '\\$&')));
      const printed = (what: RegExp) => what.exec(text)?.[1]?.replaceAll(':', '').toLowerCase();
      assert.equal(
        printed(/Fingerprint=([0-9A-F:]+)/),
        Buffer.from(certificate.thumbprint, 'base64url').toString('hex'),
      );
      assert.equal(printed(/Serial Number:\s+([0-9a-f:]{20,})/)?.replace(/^0+/, ''), certificate.serial);
      assert.deepEqual(certificate.subject, {
        country: 'FI',
        organization: 'Tuohi Åbo Oy',
        organizationIdentifier: 'PSDFI-FINFSA-1234567-1',
        commonName: 'Tuohi',
      });
      assert.deepEqual(certificate.psd2, { roles: ['PSP_PI'], ...NCA });
      assert.deepEqual([certificate.qcTypes, certificate.crlUrls], [['web'], ['https://ca.example/ca.crl']]);
      assert.equal(Date.parse(/Not After : (.*)/.exec(text)?.[1] ?? ''), certificate.notAfter.getTime());
      const found = TrustAnchors.fromPem(await readFile(join(directory, 'ca.crt'), 'utf8')).chainOf(
        certificate,
        [],
        new Date(),
      );
      assert.ok('chain' in found);
      const refusal = judgeCertificate(certificate, { use: 'tls', at: new Date() });
      assert.equal(refusal?.code, name === 'ed25519' ? 'weak-key' : undefined);
    });
  }

  for (const [name, mask] of Object.entries({
    BMPString: '0x800',
    UTF8String: '0x2000',
    T61String: '0x4',
    PrintableString: '0x2',
  })) {
    test(`a name in ${name}`, async () => {
      const organization = name === 'PrintableString' ? 'Tuohi Oy' : 'Tuohi Åbo Oy';
      const config = (await readFile(join(directory, 'openssl.cnf'), 'utf8'))
        .replace('MASK:0x2002', `MASK:${mask}`)
        .replace('Tuohi Åbo Oy', organization);
      await writeFile(join(directory, `${name}.cnf`), config);
      selfSign('p-256.key', `${name}.cnf`, `${name}.crt`);
      assert.match(openssl('asn1parse', '-in', `${name}.crt`).toUpperCase(), new RegExp(name.toUpperCase()));
      assert.equal((await read(`${name}.crt`)).subject.organization, organization);
    });
  }

  test('a certificate signed with RSA-PSS', async () => {
    const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32', '-sha256'];
    selfSign('rsa-2048.key', 'ca.cnf', 'pss.crt', ...pss);
    const certificate = await read('pss.crt');
    assert.deepEqual([certificate.signatureAlgorithm, certificate.signatureHash], ['1.2.840.113549.1.1.10', 'sha256']);
    const sha1 = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:20', '-sha1'];
    selfSign('rsa-2048.key', 'ca.cnf', 'pss1.crt', ...sha1);
    assert.equal((await read('pss1.crt')).signatureHash, undefined);
  });

  for (const signer of ['p-256', 'rsa-2048'] as const) {
    test(`a revocation list signed with ${signer}`, async () => {
      const { serial } = await read(`${signer}.crt`);
      const issued = `R\t300101000000Z\t270101000000Z,keyCompromise\t${serial.toUpperCase().padStart(40, '0')}\tunknown\t/CN=Tuohi\n`;
      await writeFile(join(directory, 'index.txt'), issued);
      await writeFile(join(directory, 'crlnumber'), '0102\n');
      const ca = ['-keyfile', `${signer}.key`, '-cert', `${signer}-ca.crt`, '-config', 'openssl.cnf'];
      selfSign(`${signer}.key`, 'ca.cnf', `${signer}-ca.crt`);
      openssl('ca', '-gencrl', ...ca, '-out', 'list.pem');
      const list = readRevocationList(await readFile(join(directory, 'list.pem')));
      assert.deepEqual([...list.revoked], [[serial, new Date('2027-01-01T00:00:00Z')]]);
      assert.equal(list.number, 0x102n);
      assert.ok(list.isSignedBy(await read(`${signer}-ca.crt`)));
      assert.ok(!list.isSignedBy(await read('ca.crt')));
    });
  }
});
