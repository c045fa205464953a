import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, randomUUID, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { organisationIdOf, readCertificate } from '@lupa/certificates';
import type { CertifiedJwk } from '../../src/certificates/certified-jwk.ts';
import { keepSandboxCertificates, type SandboxCertificates } from '../../src/certificates/sandbox-certificates.ts';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { GeneratedTpps } from '../../src/generator/generated-tpps.ts';
import { MAX_KEYS, MAX_TPPS, TppGenerator } from '../../src/generator/tpp-generator.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const CRL_URL = 'http://localhost:8080/sandbox/ca.crl';
const KEY = 'a developer’s key';

let certificates: SandboxCertificates;
before(async () => {
  const cleaning: (() => Promise<void>)[] = [];
  const files = dataDirectory(await temporaryDirectory({ after: (clean) => void cleaning.push(clean) }));
  certificates = await keepSandboxCertificates(files, CRL_URL, new Date());
  for (const clean of cleaning) await clean();
});

async function newGenerator(t: TestContext) {
  const directory = join(await temporaryDirectory(t), 'tpps');
  const clock = { now: new Date() };
  const again = () =>
    new TppGenerator({
      tpps: new GeneratedTpps(directory),
      authority: certificates.authority,
      crlUrl: CRL_URL,
      now: () => clock.now,
    });
  return { directory, clock, again, generator: again() };
}

function certificateOf({ x5c }: CertifiedJwk) {
  return readCertificate(Buffer.from(x5c[0], 'base64'));
}

test('a generated TPP has an RS256 key with its QWAC and an ES256 key with its QSEALC, both of an organisation of its own', async (t) => {
  const { generator } = await newGenerator(t);
  const [first, second] = [await generator.generate('fi', 'Yhtiö Oy', KEY), await generator.generate('SE', '#0a', KEY)];
  for (const [{ tpp, privateKeys }, nca] of [
    [first, 'FI-FINFSA'],
    [second, 'SE-FINA'],
  ] as const) {
    assert.deepEqual(
      privateKeys.map(({ alg }) => alg),
      ['RS256', 'ES256'],
    );
    const [web, seal] = tpp.keys.map(certificateOf);
    assert.ok(web && seal);
    assert.deepEqual([web.qcTypes, seal.qcTypes], [['web'], ['seal']]);
    for (const certificate of [web, seal]) {
      assert.match(organisationIdOf(certificate) ?? '', new RegExp(`^${nca}-\\d{14}$`));
      assert.equal(certificate.psd2?.ncaId, nca);
      assert.deepEqual(certificate.psd2?.roles, ['PSP_PI', 'PSP_AI', 'PSP_IC']);
      assert.ok(certificate.x509.verify(createPublicKey(certificates.authority.key)));
    }
    assert.deepEqual(web.subject, seal.subject);
    for (const [index, key] of privateKeys.entries()) {
      const privateKey = createPrivateKey({ format: 'jwk', key });
      assert.ok(new X509Certificate(Buffer.from(key.x5c[0], 'base64')).checkPrivateKey(privateKey));
      assert.equal(tpp.keys[index]?.kid, key.kid);
      assert.ok(tpp.keys[index] !== undefined && !('d' in tpp.keys[index]));
    }
  }
  // A name is a name, even one that a library would take for DER.
  assert.equal(certificateOf(second.tpp.keys[0] ?? assert.fail()).subject.commonName, '#0a');
  assert.notEqual(first.tpp.organisation.organizationIdentifier, second.tpp.organisation.organizationIdentifier);
});

test('c is a country with a PSD2 authority, cn a name of 1 to 64 characters', async (t) => {
  const { generator } = await newGenerator(t);
  for (const country of [undefined, '', 'f', 'fin', 'us', 'XX', ['fi', 'se'], 'toString']) {
    await assert.rejects(generator.generate(country, 'A', KEY), { code: 'invalid_country' });
  }
  for (const name of [undefined, '', '  ', 'a'.repeat(65), 'a\nb', 'a\u0000', '\ud800', ['a', 'b']]) {
    await assert.rejects(generator.generate('fi', name, KEY), { code: 'invalid_name' });
  }
  const { tpp } = await generator.generate('fI', '😀'.repeat(64), KEY);
  assert.equal(tpp.organisation.commonName, '😀'.repeat(64));
});

test('what is kept holds no private key and no developer key, belongs to its owner, and is there after a restart', async (t) => {
  const { generator, directory, again } = await newGenerator(t);
  const { tpp, privateKeys } = await generator.generate('fi', 'A', KEY);
  const path = join(directory, `${tpp.id}.json`);
  const text = await readFile(path, 'utf8');
  for (const { d } of privateKeys) assert.ok(typeof d === 'string' && !text.includes(d));
  assert.ok(!text.includes(KEY));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await again().find(tpp.id), tpp);
  const { privateKeys: more } = await again().addKey(tpp.id, 'seal', KEY);
  assert.equal((await generator.find(tpp.id)).keys.length, 3);
  assert.equal(more.length, 1);
});

test('a write that was cut short leaves the TPP as it was, and is no TPP itself', async (t) => {
  const { generator, directory } = await newGenerator(t);
  const { tpp } = await generator.generate('fi', 'A', KEY);
  await writeFile(join(directory, `${tpp.id}.json.new`), '{"id"');
  await writeFile(join(directory, `${randomUUID()}.json.new`), '{');
  assert.equal(await new GeneratedTpps(directory).count(), 1);
  await generator.addKey(tpp.id, 'seal', KEY);
  assert.equal((await generator.find(tpp.id)).keys.length, 3);
});

test('keys rotate: the old one stays until it is deleted, and is named among the revoked ones after', async (t) => {
  const { generator } = await newGenerator(t);
  const { tpp } = await generator.generate('fi', 'A', KEY);
  const [web, seal] = tpp.keys;
  assert.ok(web && seal);
  await assert.rejects(generator.removeKey(tpp.id, seal.kid, KEY), { code: 'last_key' });
  const { privateKeys } = await generator.addKey(tpp.id, 'seal', KEY);
  const [next] = privateKeys;
  assert.ok(next);
  assert.equal(next.alg, 'ES256');
  assert.deepEqual(
    (await generator.find(tpp.id)).keys.map(({ kid }) => kid),
    [web.kid, seal.kid, next.kid],
  );
  await generator.removeKey(tpp.id, seal.kid, KEY);
  await generator.removeKey(tpp.id, seal.kid, KEY);
  const after = await generator.find(tpp.id);
  assert.deepEqual(
    [after.keys.map(({ kid }) => kid), after.revokedKeys.map(({ kid }) => kid)],
    [[web.kid, next.kid], [seal.kid]],
  );
  await assert.rejects(generator.removeKey(tpp.id, web.kid, KEY), { code: 'last_key' });
  await generator.addKey(tpp.id, 'web', KEY);
  await generator.removeKey(tpp.id, web.kid, KEY);
  const organisations = (await generator.find(tpp.id)).keys.map((key) => organisationIdOf(certificateOf(key)));
  assert.equal(new Set(organisations).size, 1);
  await assert.rejects(generator.removeKey(tpp.id, 'nobody', KEY), { code: 'unknown_key' });
});

test('only who made a TPP changes its keys', async (t) => {
  const { generator, directory } = await newGenerator(t);
  const { tpp } = await generator.generate('fi', 'A', KEY);
  const kept = await readFile(join(directory, `${tpp.id}.json`), 'utf8');
  await assert.rejects(generator.addKey(tpp.id, 'seal', `${KEY}.`), { code: 'wrong_api_key' });
  await assert.rejects(generator.removeKey(tpp.id, tpp.keys[0]?.kid ?? '', ''), { code: 'wrong_api_key' });
  for (const id of [randomUUID(), '', '..', `../tpps/${tpp.id}`, tpp.id.toUpperCase()]) {
    await assert.rejects(generator.addKey(id, 'seal', KEY), { code: 'unknown_tpp' });
  }
  assert.equal(await readFile(join(directory, `${tpp.id}.json`), 'utf8'), kept);
});

test('many at once lose none of their keys, and none passes a limit', async (t) => {
  const { generator } = await newGenerator(t);
  const { tpp } = await generator.generate('fi', 'A', KEY);
  const wanted = Array.from({ length: MAX_KEYS }, () => generator.addKey(tpp.id, 'seal', KEY));
  const results = await Promise.allSettled(wanted);
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, MAX_KEYS - 2);
  for (const result of results) {
    if (result.status === 'rejected') assert.equal(result.reason.code, 'too_many_keys');
  }
  assert.equal((await generator.find(tpp.id)).keys.length, MAX_KEYS);
});

test('a data directory holds a thousand, and the refusal of one more says where to delete some', async (t) => {
  const { generator, directory } = await newGenerator(t);
  await mkdir(directory);
  for (let made = 1; made < MAX_TPPS; made += 1) await writeFile(join(directory, `${randomUUID()}.json`), '{}');
  const both = await Promise.allSettled([generator.generate('fi', 'A', KEY), generator.generate('fi', 'B', KEY)]);
  assert.deepEqual(
    both.map((each) => (each.status === 'rejected' ? each.reason.code : 'made')),
    ['made', 'too_many_tpps'],
  );
  await assert.rejects(generator.generate('fi', 'A', KEY), (error: Error) => error.message.includes(directory));
  const [oldest = ''] = await readdir(directory);
  await rm(join(directory, oldest));
  await generator.generate('fi', 'A', KEY);
});

test('a hundred at once, then one a second', async (t) => {
  const { generator, clock } = await newGenerator(t);
  const ask = () => generator.addKey(randomUUID(), 'seal', KEY);
  for (let asked = 0; asked < 100; asked += 1) await assert.rejects(ask(), { code: 'unknown_tpp' });
  await assert.rejects(ask(), { code: 'too_fast', retryAfterSeconds: 1, status: 429 });
  clock.now = new Date(clock.now.getTime() + 999);
  await assert.rejects(ask(), { code: 'too_fast' });
  clock.now = new Date(clock.now.getTime() + 1);
  await assert.rejects(ask(), { code: 'unknown_tpp' });
  await assert.rejects(ask(), { code: 'too_fast' });
  // A clock set back neither helps nor locks out for good.
  clock.now = new Date(clock.now.getTime() - 3_600_000);
  await assert.rejects(ask(), { code: 'too_fast' });
  clock.now = new Date(clock.now.getTime() + 1000);
  await assert.rejects(ask(), { code: 'unknown_tpp' });
});
