import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readRevocationList } from '@lupa/certificates';
import { PublishedRevocationList } from '../../src/certificates/published-revocation-list.ts';
import { REVOCATION_REASONS } from '../../src/certificates/revocation.ts';
import { Revocations } from '../../src/certificates/revocations.ts';
import { keepSandboxCertificates } from '../../src/certificates/sandbox-certificates.ts';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { openssl } from '../support/openssl.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { testSandbox } from '../support/test-sandbox.ts';

const sandbox = testSandbox();
const NOW = new Date();
const HOUR_MS = 3_600_000;

/** A CA with a clock of its own, and what OpenSSL makes of its list. */
async function newList(t: TestContext) {
  const files = dataDirectory(await temporaryDirectory(t));
  const { authority, tpp } = await keepSandboxCertificates(files, 'http://localhost/sandbox/ca.crl', NOW);
  const clock = { now: NOW };
  const revocations = new Revocations(files.revocations);
  const list = new PublishedRevocationList(revocations, authority, () => clock.now);
  const serial = new X509Certificate(tpp.web.certificate).serialNumber.toLowerCase();
  const text = async () => {
    const path = join(files.path, 'list.crl');
    await writeFile(path, (await list.current()).der);
    const verified = openssl('crl', '-inform', 'DER', '-in', path, '-CAfile', files.caCertificate, '-noout', '-text');
    assert.equal(verified.status, 0);
    assert.match(verified.said, /verify OK/);
    return verified.said;
  };
  return { files, clock, revocations, list, serial, text };
}

test('the list is version 2, signed by the CA, good for a day, and empty at first', async (t) => {
  const { text, clock } = await newList(t);
  const said = await text();
  assert.match(said, /Version 2 \(0x1\)/);
  assert.match(said, /X509v3 Authority Key Identifier/);
  // Decimal or hexadecimal, as the version of OpenSSL likes.
  const number = /X509v3 CRL Number:\s+(\w+)\n/.exec(said)?.[1];
  assert.equal(Number(number), clock.now.getTime());
  assert.match(said, /No Revoked Certificates/);
  const [, from = '', to = ''] = /Last Update: (.+)\n\s+Next Update: (.+)\n/.exec(said) ?? [];
  assert.equal(Date.parse(to) - Date.parse(from), 24 * HOUR_MS);
});

test('what is revoked is on the list at once, with its reason; OpenSSL refuses it from then on', async (t) => {
  const { files, revocations, serial, list } = await newList(t);
  const verify = async () => {
    const path = join(files.path, 'list.crl');
    await writeFile(path, (await list.current()).der);
    const args = ['-crl_check', '-CAfile', files.caCertificate, '-CRLfile', path, files.tpp.certificate];
    return openssl('verify', ...args);
  };
  assert.equal((await verify()).status, 0);
  await revocations.add({ serial, revokedAt: NOW.toISOString(), reason: 'keyCompromise' });
  const { status, said } = await verify();
  assert.notEqual(status, 0);
  assert.match(said, /certificate revoked/);
});

test('every reason is said as RFC 5280 has it; an unspecified one by saying nothing', async (t) => {
  const { revocations, list, text } = await newList(t);
  for (const [index, reason] of REVOCATION_REASONS.entries()) {
    await revocations.add({ serial: `4${index}`, revokedAt: NOW.toISOString(), reason });
  }
  const said = await text();
  const reasons = [...said.matchAll(/X509v3 CRL Reason Code:\s+(.+)\n/g)].map(([, reason]) => reason);
  assert.deepEqual(reasons, [
    'Key Compromise',
    'Affiliation Changed',
    'Superseded',
    'Cessation Of Operation',
    'Privilege Withdrawn',
  ]);
  assert.equal([...said.matchAll(/Serial Number: /g)].length, REVOCATION_REASONS.length);
  // The bank's own reader is stricter than OpenSSL.
  const { revoked } = readRevocationList((await list.current()).der);
  assert.deepEqual([...revoked.keys()], ['40', '41', '42', '43', '44', '45']);
});

test('a list is made anew half a day before its end, when something is revoked, and when the clock is set back', async (t) => {
  const { clock, list, revocations } = await newList(t);
  const first = await list.current();
  clock.now = new Date(NOW.getTime() + 12 * HOUR_MS - 1);
  assert.equal((await list.current()).etag, first.etag);
  clock.now = new Date(NOW.getTime() + 12 * HOUR_MS);
  const second = await list.current();
  assert.notEqual(second.etag, first.etag);
  assert.equal((await list.current()).etag, second.etag);
  await revocations.add({ serial: '4a', revokedAt: NOW.toISOString(), reason: 'superseded' });
  assert.notEqual((await list.current()).etag, second.etag);
  const third = await list.current();
  clock.now = NOW;
  assert.notEqual((await list.current()).etag, third.etag);
});

test('what a killed process left beside the revocations is no revocation', async (t) => {
  const { files, revocations, text } = await newList(t);
  await revocations.add({ serial: '4a', revokedAt: NOW.toISOString(), reason: 'unspecified' });
  await writeFile(join(files.revocations, '4b.json.new'), '{');
  assert.deepEqual(await revocations.serials(), ['4a']);
  assert.match(await text(), /Serial Number: 4A\n/);
  await writeFile(join(files.revocations, '4c.json'), '{');
  await assert.rejects(revocations.find('4c'), /4c\.json is no JSON/);
});

test('the sandbox serves it where its certificates say, never to be kept without asking', async () => {
  const { authorize, tpp } = sandbox();
  const url = `${authorize}/sandbox/ca.crl`;
  const { said } = openssl('x509', '-in', tpp.cert, '-noout', '-ext', 'crlDistributionPoints');
  assert.ok(said.includes(`URI:${url}\n`));
  const answer = await fetch(url);
  assert.equal(answer.headers.get('content-type'), 'application/pkix-crl');
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  const der = new Uint8Array(await answer.arrayBuffer());
  assert.equal(der[0], 0x30);
  const ca = await fetch(`${authorize}/sandbox/ca.crt`);
  assert.equal(await ca.text(), await readFile(sandbox().ca, 'utf8'));
  const again = await fetch(url, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } });
  assert.equal(again.status, 304);
});
