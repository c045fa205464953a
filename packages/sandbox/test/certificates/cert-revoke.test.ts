import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readRevocationList } from '@lupa/certificates';
import { placeEmptyStore } from '../../../../test/support/pglite-store.ts';
import { privateJwk } from '../../src/certificates/certified-jwk.ts';
import { keepSandboxCertificates } from '../../src/certificates/sandbox-certificates.ts';
import { type DataDirectory, dataDirectory } from '../../src/files/data-directory.ts';
import { runLupa, startLupa } from '../support/lupa-process.ts';
import { openssl } from '../support/openssl.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const CRL_URL = 'http://localhost:8080/sandbox/ca.crl';

/** A data directory on which no sandbox runs. */
async function stopped(t: TestContext) {
  const files = dataDirectory(await temporaryDirectory(t));
  const certificates = await keepSandboxCertificates(files, CRL_URL, new Date());
  return { files, certificates };
}

async function serialOf(path: string): Promise<string> {
  return new X509Certificate(await readFile(path)).serialNumber.toLowerCase();
}

function revoke(t: TestContext, { path }: DataDirectory, ...args: string[]) {
  return runLupa(t, ['cert', 'revoke', '--data', path, ...args]);
}

async function revokedIn({ revocations }: DataDirectory): Promise<string[]> {
  return readdir(revocations).catch(() => []);
}

test('while the sandbox runs, a revoked certificate is on its published list at once, and still after a restart', async (t) => {
  const directory = await temporaryDirectory(t);
  const files = dataDirectory(join(directory, 'data'));
  const options = ['up', '--json', '--no-shop', '--data', files.path, '--api-port', '0', '--authorize-port', '0'];
  const publishedBy = async (line: string) => {
    const { authorize } = JSON.parse(line) as { authorize: string };
    const answer = await fetch(`${authorize}/sandbox/ca.crl`);
    const list = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, 200, list.toString());
    return [...readRevocationList(list).revoked.keys()];
  };
  await placeEmptyStore(files.path);
  const first = startLupa(t, options);
  const line = await first.printed('stdout', /\{.*\}\n/);
  assert.deepEqual(await publishedBy(line), []);
  const serial = await serialOf(files.tpp.signingCertificate);
  const { exitCode, stdout, stderr } = await revoke(t, files, files.tpp.signingCertificate);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /Revoked, for good/);
  assert.match(stdout, /within 60 seconds/);
  assert.ok(stdout.includes(`delete ${files.tpp.signingCertificate}`));
  assert.deepEqual(await publishedBy(line), [serial]);
  first.process.kill('SIGTERM');
  assert.equal(await first.ended(), 0);
  const second = startLupa(t, options);
  assert.deepEqual(await publishedBy(await second.printed('stdout', /\{.*\}\n/)), [serial]);
});

test('while it does not run, the certificate is revoked from the next start on; a second time changes nothing', async (t) => {
  const { files } = await stopped(t);
  const serial = await serialOf(files.tpp.certificate);
  const first = await revoke(t, files, files.tpp.certificate, '--reason', 'keyCompromise', '--json');
  const { revokedAt, ...rest } = JSON.parse(first.stdout);
  assert.deepEqual(rest, { serial, reason: 'keyCompromise', alreadyRevoked: false, refusedWithinSeconds: null });
  const second = await revoke(t, files, files.tpp.certificate, '--reason', 'superseded');
  assert.equal(second.exitCode, 0);
  assert.match(second.stdout, /revoked already/);
  assert.match(second.stdout, /from the next start on/);
  assert.match(second.stdout, /keyCompromise/);
  assert.ok(second.stdout.includes(revokedAt));
  assert.deepEqual(await revokedIn(files), [`${serial}.json`]);
});

test('DER is as good as PEM, and of a key set one key is chosen', async (t) => {
  const { files, certificates } = await stopped(t);
  const der = join(files.path, 'client.der');
  assert.equal(openssl('x509', '-in', files.tpp.certificate, '-outform', 'DER', '-out', der).status, 0);
  assert.equal((await revoke(t, files, der)).exitCode, 0);
  const keys = [certificates.tpp.web, certificates.tpp.seal].map((pair) => privateJwk(pair, certificates.ca));
  const set = join(files.path, 'jwks.json');
  await writeFile(set, JSON.stringify({ keys }));
  const ambiguous = await revoke(t, files, set);
  assert.equal(ambiguous.exitCode, 1);
  for (const { kid } of keys) assert.ok(ambiguous.stderr.includes(kid));
  assert.equal((await revoke(t, files, set, '--key', keys[1]?.kid ?? '')).exitCode, 0);
  assert.equal((await revokedIn(files)).length, 2);
  assert.match((await revoke(t, files, set, '--key', 'none')).stderr, /holds no key none/);
});

test('what is not of this CA, is the CA, or is no certificate is not revoked', async (t) => {
  const { files } = await stopped(t);
  const { files: others } = await stopped(t);
  const notes = join(files.path, 'notes.txt');
  await writeFile(notes, 'my notes');
  for (const [file, why] of [
    [others.tpp.certificate, /only its issuer can revoke/],
    [files.caCertificate, /is the CA itself/],
    [notes, /notes\.txt/],
    [join(files.path, 'nothing.crt'), /cannot be read: there is no such file/],
    ['https://localhost:8443', /is an address/],
  ] as const) {
    const { exitCode, stdout, stderr } = await revoke(t, files, file);
    assert.deepEqual([exitCode, stdout], [1, ''], file);
    assert.match(stderr, why);
  }
  const nowhere = await runLupa(t, ['cert', 'revoke', files.tpp.certificate, '--data', join(files.path, 'none')]);
  assert.match(nowhere.stderr, /There is no sandbox in .*none\. Name its directory with --data/);
  assert.equal((await revoke(t, files, files.tpp.certificate, '--reason', 'boredom')).exitCode, 2);
  assert.deepEqual(await revokedIn(files), []);
  assert.equal((await revoke(t, files, files.tpp.certificate)).exitCode, 0);
});
