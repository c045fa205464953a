import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { organisationIdOf, type PaymentCertificate, readCertificates } from '@lupa/certificates';
import { API_SERVER, AUTHORITY } from '../../src/certificates/certificate-profile.ts';
import { issueCertificate } from '../../src/certificates/issue-certificate.ts';
import { makeKey, privatePem } from '../../src/certificates/keep-key.ts';
import { keepSandboxCertificates } from '../../src/certificates/sandbox-certificates.ts';
import { type DataDirectory, dataDirectory } from '../../src/files/data-directory.ts';
import { openssl } from '../support/openssl.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOW = new Date();
const DAY_MS = 86_400_000;
const CRL_URL = 'http://localhost:8080/sandbox/ca.crl';

async function madeCertificates(t: Parameters<typeof temporaryDirectory>[0]): Promise<DataDirectory> {
  const files = dataDirectory(await temporaryDirectory(t));
  await keepSandboxCertificates(files, CRL_URL, NOW);
  return files;
}

async function readPem(path: string): Promise<PaymentCertificate> {
  const [certificate] = readCertificates(await readFile(path, 'utf8'));
  return certificate ?? assert.fail(`${path} holds no certificate`);
}

/** The certificate `days` from now: read, not made, unless it is renewed then. */
async function serialAfter(files: DataDirectory, path: string, days: number): Promise<string> {
  await keepSandboxCertificates(files, CRL_URL, new Date(NOW.getTime() + days * DAY_MS));
  return new X509Certificate(await readFile(path)).serialNumber;
}

test('the CA signs certificates and CRLs, no other CA, and says which key it is', async (t) => {
  const { caCertificate } = await madeCertificates(t);
  const { said } = openssl('x509', '-in', caCertificate, '-noout', '-text');
  assert.match(said, /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
  assert.match(said, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
  assert.match(said, /Subject Key Identifier:\s+[0-9A-F:]{59}\n/);
  assert.equal(new X509Certificate(await readFile(caCertificate)).ca, true);
});

test('the API’s certificate is good for a server called localhost, 127.0.0.1 or ::1', async (t) => {
  const files = await madeCertificates(t);
  const certificate = new X509Certificate(await readFile(files.apiCertificate));
  assert.equal(certificate.checkHost('localhost'), 'localhost');
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(certificate.checkIP('::1'), '::1');
  assert.equal(certificate.checkHost('localhost.example'), undefined);
  assert.equal(certificate.ca, false);
  const verify = (purpose: string) =>
    openssl('verify', '-x509_strict', '-CAfile', files.caCertificate, '-purpose', purpose, files.apiCertificate).status;
  assert.equal(verify('sslserver'), 0);
  assert.notEqual(verify('sslclient'), 0);
});

test('the demo TPP’s QWAC is good for both ends of TLS and says who may do what by whose leave', async (t) => {
  const files = await madeCertificates(t);
  const { said } = openssl('x509', '-in', files.tpp.certificate, '-noout', '-text', '-nameopt', 'RFC2253');
  assert.match(said, /organizationIdentifier=PSDFI-FINFSA-1234567-1/);
  assert.match(said, /Key Usage: critical\s+Digital Signature, Key Encipherment\n/);
  assert.match(said, /Public-Key: \(2048 bit\)/);
  assert.match(said, new RegExp(`CRL Distribution Points:\\s+Full Name:\\s+URI:${CRL_URL}\n`));
  const purposes = (path: string) =>
    ['sslclient', 'sslserver'].map(
      (purpose) =>
        openssl('verify', '-x509_strict', '-CAfile', files.caCertificate, '-purpose', purpose, path).status === 0,
    );
  assert.deepEqual(purposes(files.tpp.certificate), [true, true]);
  const qwac = await readPem(files.tpp.certificate);
  assert.deepEqual(
    [qwac.qcTypes, qwac.psd2, organisationIdOf(qwac), qwac.crlUrls],
    [
      ['web'],
      { roles: ['PSP_PI'], ncaName: 'Finnish Financial Supervisory Authority', ncaId: 'FI-FINFSA' },
      'FI-FINFSA-1234567-1',
      [CRL_URL],
    ],
  );
});

test('its QSEALC is of the same organisation, for signatures and not for TLS', async (t) => {
  const files = await madeCertificates(t);
  const [qwac, qsealc] = [await readPem(files.tpp.certificate), await readPem(files.tpp.signingCertificate)];
  assert.deepEqual(qsealc.subject, qwac.subject);
  assert.deepEqual(qsealc.psd2, qwac.psd2);
  assert.deepEqual([...(qsealc.keyUsage ?? [])], ['digitalSignature', 'nonRepudiation']);
  assert.deepEqual([qsealc.qcTypes, qsealc.extendedKeyUsage, qsealc.key.curve], [['seal'], undefined, 'prime256v1']);
});

test('a certificate that says something else than it would today is replaced: old ones, and those of another address', async (t) => {
  const files = await madeCertificates(t);
  const before = await readPem(files.tpp.certificate);
  await keepSandboxCertificates(files, 'http://localhost:9090/sandbox/ca.crl', NOW);
  const moved = await readPem(files.tpp.certificate);
  assert.deepEqual(moved.crlUrls, ['http://localhost:9090/sandbox/ca.crl']);
  assert.ok(moved.publicKey.equals(before.publicKey));

  // As sandboxes were made at first: a P-256 key, and a certificate without roles.
  const oldKey = await makeKey('P-256');
  const authority = { key: createPrivateKey(await readFile(files.caKey, 'utf8')), subject: AUTHORITY.subject };
  const old = await issueCertificate(API_SERVER, createPublicKey(oldKey), authority, NOW);
  await writeFile(files.tpp.key, privatePem(oldKey));
  await writeFile(files.tpp.certificate, old);
  await writeFile(files.tpp.signingCertificate, old);
  const { tpp } = await keepSandboxCertificates(files, CRL_URL, NOW);
  assert.equal(tpp.web.key.asymmetricKeyType, 'rsa');
  assert.deepEqual((await readPem(files.tpp.certificate)).qcTypes, ['web']);
  assert.deepEqual((await readPem(files.tpp.signingCertificate)).qcTypes, ['seal']);
});

test('every certificate names the key of its issuer, lasts as long as it may, and has a serial number of 128 bits', async (t) => {
  const files = await madeCertificates(t);
  const [ca, api, web, seal] = await Promise.all(
    [files.caCertificate, files.apiCertificate, files.tpp.certificate, files.tpp.signingCertificate].map(
      async (path) => new X509Certificate(await readFile(path)),
    ),
  );
  assert.ok(ca && api && web && seal);
  for (const leaf of [api, web, seal]) {
    assert.ok(leaf.checkIssued(ca));
    assert.ok(leaf.verify(ca.publicKey));
    const days = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / DAY_MS;
    assert.ok(days <= 825 && days > 365);
    assert.ok(leaf.validToDate < ca.validToDate);
  }
  const serials = [ca, api, web, seal].map(({ serialNumber }) => serialNumber);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
  assert.equal(new Set(serials).size, 4);
});

test('a second start keeps every file as it is', async (t) => {
  const files = await madeCertificates(t);
  const paths = [
    files.caCertificate,
    files.caKey,
    files.apiCertificate,
    files.apiKey,
    files.tpp.certificate,
    files.tpp.key,
    files.tpp.signingCertificate,
    files.tpp.signingKey,
  ];
  const before = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  await keepSandboxCertificates(files, CRL_URL, NOW);
  assert.deepEqual(await Promise.all(paths.map((path) => readFile(path, 'utf8'))), before);
  for (const path of paths) assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('a certificate is renewed when it has fewer days left than its renewal wants, and not a day before', async (t) => {
  const files = await madeCertificates(t);
  const { serialNumber } = new X509Certificate(await readFile(files.apiCertificate));
  const lastGoodDay = API_SERVER.lifetimeDays - API_SERVER.renewalDays - 1;
  assert.equal(await serialAfter(files, files.apiCertificate, lastGoodDay), serialNumber);
  assert.notEqual(await serialAfter(files, files.apiCertificate, lastGoodDay + 1), serialNumber);
});

test('a renewed CA keeps its key, so what it signed stays good', async (t) => {
  const files = await madeCertificates(t);
  const before = new X509Certificate(await readFile(files.caCertificate));
  await serialAfter(files, files.caCertificate, AUTHORITY.lifetimeDays - AUTHORITY.renewalDays);
  const after = new X509Certificate(await readFile(files.caCertificate));
  assert.notEqual(after.serialNumber, before.serialNumber);
  assert.ok(after.publicKey.equals(before.publicKey));
});

test('a lost key of the CA gives a new CA, and certificates of that one', async (t) => {
  const files = await madeCertificates(t);
  await rm(files.caKey);
  await keepSandboxCertificates(files, CRL_URL, NOW);
  for (const leaf of [files.apiCertificate, files.tpp.certificate, files.tpp.signingCertificate]) {
    assert.equal(openssl('verify', '-CAfile', files.caCertificate, leaf).status, 0);
  }
  assert.equal(await readFile(files.tpp.ca, 'utf8'), await readFile(files.caCertificate, 'utf8'));
});

test('a certificate that does not fit its key, or cannot be read, is made anew', async (t) => {
  const files = await madeCertificates(t);
  await rm(files.tpp.key);
  await writeFile(files.apiCertificate, 'no certificate');
  const { tpp, api } = await keepSandboxCertificates(files, CRL_URL, NOW);
  assert.ok(new X509Certificate(tpp.web.certificate).checkPrivateKey(tpp.web.key));
  assert.equal(new X509Certificate(api.certificate).checkHost('localhost'), 'localhost');
});

test('a file that holds no key is named, never overwritten', async (t) => {
  const files = await madeCertificates(t);
  await writeFile(files.apiKey, 'my notes');
  await assert.rejects(keepSandboxCertificates(files, CRL_URL, NOW), {
    message: `${files.apiKey} holds no private key. Delete it to have a new one made.`,
  });
  assert.equal(await readFile(files.apiKey, 'utf8'), 'my notes');
});
