import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { followKeys } from '../../../bank/src/adapters/followed-keys.ts';
import { parseBankKeyFile } from '../../src/certificates/bank-key-file.ts';
import { keepBankSecrets } from '../../src/certificates/keep-bank-keys.ts';
import { keepKey } from '../../src/certificates/keep-key.ts';
import { keyId } from '../../src/certificates/key-id.ts';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { RotationRefused, rotateBankKeys } from '../../src/keys/rotate-bank-keys.ts';
import { runLupa, startLupa } from '../support/lupa-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const afterNow = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const LISTS = ['responseSigning', 'idTokens'] as const;

/** A directory with the keys of a first start. */
async function withKeys(t: TestContext) {
  const files = dataDirectory(await temporaryDirectory(t));
  const { keys, keySource } = await keepBankSecrets(files);
  return { files, keys, keySource };
}

test('a rotation publishes one new key in each list beside the old one, and says when each takes over and goes', async (t) => {
  const { files, keys, keySource } = await withKeys(t);
  await rotateBankKeys(files, NOW);
  const rotated = await keySource.read();
  for (const [list, keptSeconds] of [
    ['responseSigning', 86_400],
    ['idTokens', 3_600],
  ] as const) {
    const [newKey, oldKey, ...more] = rotated[list];
    assert.deepEqual(more, []);
    assert.deepEqual([newKey.signsFrom, newKey.retiresAt], [afterNow(600), undefined]);
    assert.equal(newKey.kid, keyId(newKey.privateKey));
    assert.deepEqual([oldKey?.kid, oldKey?.retiresAt], [keys[list][0].kid, afterNow(600 + keptSeconds)]);
    assert.notEqual(newKey.kid, oldKey?.kid);
  }
  assert.equal(rotated.cookieKeys, keys.cookieKeys);
  assert.equal(await keySource.read(), rotated);
});

test('what a bank reads is the same object until the file changes', async (t) => {
  const { files, keySource } = await withKeys(t);
  const read = await keySource.read();
  assert.equal(await keySource.read(), read);
  await rotateBankKeys(files, NOW);
  assert.notEqual(await keySource.read(), read);
});

test('a second rotation waits for the first, unless it is urgent', async (t) => {
  const { files, keySource } = await withKeys(t);
  await rotateBankKeys(files, NOW);
  const waiting = await keySource.read();
  await assert.rejects(rotateBankKeys(files, afterNow(599.999)), RotationRefused);
  assert.equal(await keySource.read(), waiting);

  await rotateBankKeys(files, afterNow(599.999), { atOnce: true });
  const [newKey, ...others] = (await keySource.read()).idTokens;
  assert.deepEqual(newKey.signsFrom, afterNow(609.999));
  // The one that waited signs for those last seconds.
  assert.deepEqual(
    others.map(({ retiresAt }) => retiresAt),
    [afterNow(609.999), afterNow(609.999)],
  );
  await followKeys(keySource);
  await rotateBankKeys(files, afterNow(609.999));
  await rotateBankKeys(files, afterNow(610), { atOnce: true });
  assert.deepEqual(
    (await keySource.read()).idTokens.map(({ signsFrom }) => signsFrom),
    [afterNow(620), afterNow(609.999)],
  );
  await followKeys(keySource);
});

test('of a retired key the private half is gone from the disk, and the public half stays', async (t) => {
  const { files, keys, keySource } = await withKeys(t);
  await rotateBankKeys(files, NOW);
  // The ID-token key has just retired, the one for answers not yet.
  await rotateBankKeys(files, afterNow(600 + 3_600));
  const { responseSigning, idTokens } = await keySource.read();
  assert.deepEqual([responseSigning.length, idTokens.length], [3, 2]);
  const text = await readFile(files.signingKeys, 'utf8');
  const { retired } = parseBankKeyFile(files.signingKeys, text);
  const [{ kid, privateKey }] = keys.idTokens;
  const { n, e } = privateKey.export({ format: 'jwk' });
  assert.deepEqual(retired, [
    {
      list: 'idTokens',
      retired: afterNow(4_200).toISOString(),
      jwk: { kty: 'RSA', n, e, kid, alg: 'RS256', use: 'sig' },
    },
  ]);
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  assert.ok(!text.includes(JSON.stringify(pem).slice(1, -1)));
});

test('without keys there is nothing to rotate, and none are made', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  await assert.rejects(rotateBankKeys(files, NOW), /There are no signing keys in .*lupa up makes them/);
  await assert.rejects(stat(files.signingKeys), { code: 'ENOENT' });
});

test('the keys of a directory from before they could rotate sign on, also when the start that took them over was killed', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  const { response, idToken } = files.formerSigningKeys;
  const former = [await keepKey(response, 'P-256'), await keepKey(idToken, 'RSA-2048')].map(keyId);
  const kids = async () => {
    const { keys } = await keepBankSecrets(files);
    return LISTS.map((list) => keys[list][0].kid);
  };
  const [responsePem, idTokenPem] = [await readFile(response), await readFile(idToken)];
  assert.deepEqual(await kids(), former);
  await assert.rejects(stat(response), { code: 'ENOENT' });
  // Killed after the one file was written and before the two were removed; then after one was removed.
  await writeFile(response, responsePem);
  await writeFile(idToken, idTokenPem);
  await rotateBankKeys(files, NOW, { atOnce: true });
  const rotated = await kids();
  assert.ok(rotated.every((kid) => !former.includes(kid)));
  await writeFile(idToken, idTokenPem);
  assert.deepEqual(await kids(), rotated);
  await assert.rejects(stat(idToken), { code: 'ENOENT' });
});

test('a file of keys that is none says so, and what to do', async (t) => {
  const { files } = await withKeys(t);
  await writeFile(files.signingKeys, '{"responseSigning": []}');
  await assert.rejects(keepBankSecrets(files), /signing-keys\.json does not hold the bank's signing keys\. Delete it/);
  await rm(files.signingKeys);
  await keepBankSecrets(files);
});

test('eight rotations at once, in processes of their own: one is done, seven are refused, and the file is whole', async (t) => {
  const { files, keySource } = await withKeys(t);
  const rotations = await Promise.all(
    Array.from({ length: 8 }, () => runLupa(t, ['keys', 'rotate', '--data', files.path, '--json'])),
  );
  const done = rotations.filter(({ exitCode }) => exitCode === 0);
  assert.equal(done.length, 1, JSON.stringify(rotations));
  for (const { exitCode, stdout, stderr } of rotations) {
    if (exitCode !== 0) assert.match(`${stdout}${stderr}`, /^lupa keys rotate: An earlier rotation is under way/);
  }
  const keys = await keySource.read();
  const told = JSON.parse(done[0]?.stdout ?? '');
  for (const list of LISTS) {
    assert.deepEqual(
      told[list].map(({ kid, signs }: { kid: string; signs: boolean }) => [kid, signs]),
      keys[list].map(({ kid }, index) => [kid, index === 1]),
    );
  }
  assert.equal((await stat(files.signingKeys)).mode & 0o777, 0o600);
});

test('killed at any moment, a rotation has happened in both lists or in none, and the next one goes on', async (t) => {
  const { files, keySource } = await withKeys(t);
  const seen = new Set<string>();
  for (let round = 0; round < 12; round += 1) {
    const before = await keySource.read();
    const rotation = startLupa(t, ['keys', 'rotate', '--now', '--data', files.path]);
    // Until a file appears beside the one to be replaced, or for a moment longer each round.
    for (let waited = 0; waited < 40 && rotation.process.exitCode === null; waited += 1) {
      const beside = await readdir(dirname(files.signingKeys));
      if (beside.some((name) => name.startsWith('signing-keys.json.')) && round % 2 === 0) break;
      await sleep(round * 2);
    }
    if (rotation.process.kill('SIGKILL')) await once(rotation.process, 'close').catch(() => {});
    const after = await keySource.read();
    const changed = LISTS.map((list) => after[list][0].kid !== before[list][0].kid);
    assert.equal(changed[0], changed[1], 'one list was rotated and the other not');
    seen.add(String(changed[0]));
  }
  t.diagnostic(`killed before and after: ${[...seen].join(', ')}`);
  const { exitCode, stderr } = await runLupa(t, ['keys', 'rotate', '--now', '--data', files.path]);
  assert.deepEqual([exitCode, stderr], [0, '']);
});
