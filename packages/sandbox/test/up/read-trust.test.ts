import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCertificates } from '@lupa/certificates';
import { keepSandboxCertificates } from '../../src/certificates/sandbox-certificates.ts';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { readTrust } from '../../src/up/read-trust.ts';
import { runLupa } from '../support/lupa-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const CRL_URL = 'http://localhost:8080/sandbox/ca.crl';

test('every file of --trust is taken, and they make one bundle', async (t) => {
  const files = await Promise.all(
    ['a', 'b'].map(async (name) => {
      const directory = dataDirectory(join(await temporaryDirectory(t), name));
      await keepSandboxCertificates(directory, CRL_URL, new Date());
      return directory.caCertificate;
    }),
  );
  const bundle = await readTrust(files);
  assert.equal(readCertificates(bundle ?? '').length, 2);
  for (const file of files) assert.ok(bundle?.includes(await readFile(file, 'utf8')));
  assert.equal(await readTrust([]), undefined);
});

test('a file that is missing, empty, or of no CA ends lupa up with its name and what to do', async (t) => {
  const directory = dataDirectory(await temporaryDirectory(t));
  await keepSandboxCertificates(directory, CRL_URL, new Date());
  const notes = join(directory.path, 'notes.txt');
  await writeFile(notes, 'my notes');
  for (const file of [join(directory.path, 'none.pem'), notes, directory.tpp.certificate]) {
    await assert.rejects(readTrust([directory.caCertificate, file]), {
      name: 'UnusableTrust',
      message: new RegExp(`^--trust ${file} .* Name a PEM file of CAs\\.$`),
    });
  }
  const data = join(directory.path, 'data');
  const { exitCode, stderr } = await runLupa(t, ['up', '--data', data, '--trust', notes]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^lupa up: --trust .*notes\.txt cannot be used/m);
});

test('--revocation-list takes the address of a list and nothing else', async (t) => {
  for (const url of ['my.crl', 'file:///my.crl', 'https://me:secret@host/my.crl']) {
    const { exitCode, stderr } = await runLupa(t, ['up', '--revocation-list', url]);
    assert.deepEqual([exitCode, /http:\/\/host\/list\.crl/.test(stderr)], [2, true], url);
  }
});
