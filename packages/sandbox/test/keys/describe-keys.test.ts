import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { keepBankSecrets } from '../../src/certificates/keep-bank-keys.ts';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { describeKeys, keysAsJson } from '../../src/keys/describe-keys.ts';
import { runLupa } from '../support/lupa-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { alg: 'ES256', privateKey } as const;
const noon = new Date('2026-11-22T12:00:00Z');
const one = new Date('2026-11-22T13:00:00Z');
const KEYS = {
  responseSigning: [
    { ...key, kid: 'new-key-of-the-bank', signsFrom: noon },
    { ...key, kid: 'old-key-of-the-bank', retiresAt: one },
  ],
  idTokens: [{ ...key, kid: 'id-token-key-of-the-bank' }],
} as const;

test('who signs, who will, and who goes when, in plain words', () => {
  const before = describeKeys(KEYS, new Date(noon.getTime() - 1), (_style, text) => text);
  assert.equal(
    before,
    `Answers of the payments API (x-jws-signature)
  new-key-of-t…  signs from 2026-11-22 12:00:00Z
  old-key-of-t…  signs                            gone from 2026-11-22 13:00:00Z
ID tokens
  id-token-key…  signs
`,
  );
  assert.match(
    describeKeys(KEYS, noon, (_style, text) => text),
    /new-key-of-t… {2}signs\n {2}old-key-of-t… {2}verifies only {2}gone/,
  );
  assert.ok(before.split('\n').every((line) => line.length <= 80));
  assert.doesNotMatch(
    describeKeys(KEYS, one, (_style, text) => text),
    /old-key/,
  );
});

test('for programs the same, whole and without a private half', () => {
  const json = keysAsJson(KEYS, noon);
  assert.deepEqual(json, {
    responseSigning: [
      { kid: 'new-key-of-the-bank', alg: 'ES256', signs: true, signsFrom: noon.toISOString(), retiresAt: null },
      { kid: 'old-key-of-the-bank', alg: 'ES256', signs: false, signsFrom: null, retiresAt: one.toISOString() },
    ],
    idTokens: [{ kid: 'id-token-key-of-the-bank', alg: 'ES256', signs: true, signsFrom: null, retiresAt: null }],
  });
});

test('lupa keys list prints the keys there are, and says what is missing where there are none', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  const none = await runLupa(t, ['keys', 'list', '--data', files.path]);
  assert.equal(none.exitCode, 1);
  assert.match(none.stderr, /^lupa keys list: There are no signing keys in .* lupa up makes them\.\n$/);
  const { keys } = await keepBankSecrets(files);
  const listed = await runLupa(t, ['keys', 'list', '--data', files.path, '--json']);
  assert.deepEqual([listed.exitCode, listed.stderr], [0, '']);
  assert.equal(JSON.parse(listed.stdout).idTokens[0].kid, keys.idTokens[0].kid);
  const wrong = await runLupa(t, ['keys', 'list', '--now']);
  assert.equal(wrong.exitCode, 2);
});
