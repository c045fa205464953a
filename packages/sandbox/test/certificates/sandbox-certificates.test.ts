import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { API_SERVER, AUTHORITY } from '../../src/certificates/certificate-profile.ts';
import { keepSandboxCertificates } from '../../src/certificates/sandbox-certificates.ts';
import { type DataDirectory, dataDirectory } from '../../src/files/data-directory.ts';
import { openssl } from '../support/openssl.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOW = new Date();
const DAY_MS = 86_400_000;

async function madeCertificates(t: Parameters<typeof temporaryDirectory>[0]): Promise<DataDirectory> {
  const files = dataDirectory(await temporaryDirectory(t));
  await keepSandboxCertificates(files, NOW);
  return files;
}

/** The certificate `days` from now: read, not made, unless it is renewed then. */
async function serialAfter(files: DataDirectory, path: string, days: number): Promise<string> {
  await keepSandboxCertificates(files, new Date(NOW.getTime() + days * DAY_MS));
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

test('the demo TPP’s certificate is good for a client and names its organisation as a QWAC does', async (t) => {
  const files = await madeCertificates(t);
  const { said } = openssl('x509', '-in', files.tpp.certificate, '-noout', '-text', '-nameopt', 'RFC2253');
  assert.match(said, /organizationIdentifier=PSDFI-FINFSA-[0-9-]+/);
  assert.match(said, /Key Usage: critical\s+Digital Signature\n/);
  assert.match(said, /ASN1 OID: prime256v1/);
  const verify = (purpose: string) =>
    openssl('verify', '-x509_strict', '-CAfile', files.caCertificate, '-purpose', purpose, files.tpp.certificate)
      .status;
  assert.equal(verify('sslclient'), 0);
  assert.notEqual(verify('sslserver'), 0);
});

test('every certificate names the key of its issuer, lasts as long as it may, and has a serial number of 128 bits', async (t) => {
  const files = await madeCertificates(t);
  const [ca, api, tpp] = await Promise.all(
    [files.caCertificate, files.apiCertificate, files.tpp.certificate].map(
      async (path) => new X509Certificate(await readFile(path)),
    ),
  );
  assert.ok(ca && api && tpp);
  for (const leaf of [api, tpp]) {
    assert.ok(leaf.checkIssued(ca));
    assert.ok(leaf.verify(ca.publicKey));
    const days = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / DAY_MS;
    assert.ok(days <= 825 && days > 365);
    assert.ok(leaf.validToDate < ca.validToDate);
  }
  for (const { serialNumber } of [ca, api, tpp]) assert.match(serialNumber, /^[4-7][0-9A-F]{31}$/);
  assert.equal(new Set([ca.serialNumber, api.serialNumber, tpp.serialNumber]).size, 3);
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
  ];
  const before = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  await keepSandboxCertificates(files, NOW);
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
  await keepSandboxCertificates(files, NOW);
  for (const leaf of [files.apiCertificate, files.tpp.certificate]) {
    assert.equal(openssl('verify', '-CAfile', files.caCertificate, leaf).status, 0);
  }
  assert.equal(await readFile(files.tpp.ca, 'utf8'), await readFile(files.caCertificate, 'utf8'));
});

test('a certificate that does not fit its key, or cannot be read, is made anew', async (t) => {
  const files = await madeCertificates(t);
  await rm(files.tpp.key);
  await writeFile(files.apiCertificate, 'no certificate');
  const { tpp, api } = await keepSandboxCertificates(files, NOW);
  assert.ok(
    new X509Certificate(tpp.certificate).checkPrivateKey(
      (await import('node:crypto')).createPrivateKey(tpp.privateKey),
    ),
  );
  assert.equal(new X509Certificate(api.certificate).checkHost('localhost'), 'localhost');
});

test('a file that holds no key is named, never overwritten', async (t) => {
  const files = await madeCertificates(t);
  await writeFile(files.apiKey, 'my notes');
  await assert.rejects(keepSandboxCertificates(files, NOW), {
    message: `${files.apiKey} holds no private key. Delete it to have a new one made.`,
  });
  assert.equal(await readFile(files.apiKey, 'utf8'), 'my notes');
});
