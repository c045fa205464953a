import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseCompactJws } from '@lupa/protocol';
import { keyAndCertificate } from '../support/key-and-certificate.ts';
import { runLupa } from '../support/lupa-process.ts';
import { ownCertificate, testIssuer } from '../support/own-certificates.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Another bank, and the TPP's own host of its keys, both under TLS on this machine. What they are sent is noted. */
const tls = keyAndCertificate('/CN=localhost');

interface Elsewhere {
  readonly url: string;
  readonly asked: {
    readonly method: string;
    readonly path: string;
    readonly body: string;
    readonly organisation: string | undefined;
  }[];
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;

async function elsewhere(t: TestContext, answer: Answer): Promise<Elsewhere> {
  const asked: Elsewhere['asked'] = [];
  const options = { cert: tls.certificate, key: tls.key, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate();
    const { organizationIdentifier } = { ...subject } as { organizationIdentifier?: string };
    asked.push({ method: request.method ?? '', path: request.url ?? '', body, organisation: organizationIdentifier });
    answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, asked };
}

const claimsOf = (jws: string) => JSON.parse(Buffer.from(parseCompactJws(jws).payload).toString());

/** Answers as contract §10 has it, whatever it is sent. */
const register: Answer = (_request, response, body) => {
  const { redirect_uris, grant_types } = claimsOf(body);
  const secrets = { client_secret: 'secret-of-the-client', api_key: 'api-key-of-the-client' };
  response.writeHead(201).end(JSON.stringify({ client_id: 'client-1', redirect_uris, grant_types, ...secrets }));
};

/** A directory with a TPP's own certificates, and `lupa register` in it. */
async function tppWithCertificates(t: TestContext, bank: Elsewhere) {
  const home = await temporaryDirectory(t);
  const issuer = await testIssuer();
  const [qwac, qseal] = await Promise.all([ownCertificate('web', { issuer }), ownCertificate('seal', { issuer })]);
  const files = {
    'web.pem': qwac.certificatePem,
    'web.key': qwac.keyPem,
    'seal.pem': qseal.certificatePem,
    'seal.key': qseal.keyPem,
    'bank-ca.pem': tls.certificate,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(home, name), text);
  const own = ['--qwac', 'web.pem', '--qwac-key', 'web.key', '--qseal', 'seal.pem', '--qseal-key', 'seal.key'];
  const about = ['--name', 'Kivi', '--redirect-uri', 'https://kivi.example/back', '--api-key', 'portal-key'];
  const at = ['--registration-url', `${bank.url}/register`, '--ca', 'bank-ca.pem'];
  return {
    home,
    made: async () => (await readdir(home)).filter((name) => !(name in files)).sort(),
    lupa: (...more: string[]) =>
      // The host of the TPP's keys is one that this machine trusts.
      runLupa(t, ['register', ...own, ...about, ...at, ...more], {
        cwd: home,
        env: { NODE_EXTRA_CA_CERTS: join(home, 'bank-ca.pem') },
      }),
  };
}

test('with certificates of one’s own, the key set is made first and nothing is sent', async (t) => {
  const bank = await elsewhere(t, register);
  const { lupa, made, home } = await tppWithCertificates(t, bank);
  const { exitCode, stdout, stderr } = await lupa();
  assert.equal(exitCode, 1, stderr);
  assert.match(stdout, /organisation +FI-FINFSA-7654321-0\n[\s\S]*Nothing was sent yet[\s\S]*--jwks-url/);
  assert.deepEqual(await made(), ['tpp.public-jwks.json']);
  const { keys } = JSON.parse(await readFile(join(home, 'tpp.public-jwks.json'), 'utf8'));
  assert.deepEqual(
    keys.map((key: object) => Object.keys(key).includes('d')),
    [false, false],
  );
  assert.deepEqual(bank.asked, []);
});

test('once it is hosted, the TPP is registered with its own certificate and keys', async (t) => {
  const bank = await elsewhere(t, register);
  const { lupa, made, home } = await tppWithCertificates(t, bank);
  await lupa();
  const hosted = await readFile(join(home, 'tpp.public-jwks.json'), 'utf8');
  const host = await elsewhere(t, (_request, response) => response.end(hosted));
  const { exitCode, stdout, stderr } = await lupa('--jwks-url', `${host.url}/jwks.json`);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /Registered: tpp is client client-1\.\n/);
  assert.doesNotMatch(stdout, /of-the-client/);
  assert.deepEqual(await made(), ['tpp', 'tpp.public-jwks.json']);
  const [sent] = bank.asked;
  assert.equal(sent?.organisation, 'PSDFI-FINFSA-7654321-0');
  const statement = claimsOf(claimsOf(sent?.body ?? '').software_statement);
  assert.equal(statement.software_jwks_endpoint, `${host.url}/jwks.json`);
  assert.deepEqual([statement.org_id, statement.org_name], ['FI-FINFSA-7654321-0', 'Own TPP Oy']);
  assert.deepEqual((await readdir(join(home, 'tpp'))).sort(), [
    'ca.crt',
    'client.crt',
    'key.pem',
    'private-jwks.json',
    'public-jwks.json',
    'registration-result.txt',
    'ssa-signing-key.pem',
  ]);
  assert.equal(await readFile(join(home, 'tpp/key.pem'), 'utf8'), await readFile(join(home, 'web.key'), 'utf8'));
});

test('when somebody else’s keys are hosted there, nothing is sent and nothing is left', async (t) => {
  const bank = await elsewhere(t, register);
  const { lupa, made } = await tppWithCertificates(t, bank);
  const host = await elsewhere(t, (_request, response) => response.end('{"keys": []}'));
  const { exitCode, stderr } = await lupa('--jwks-url', `${host.url}/jwks.json`);
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /cannot be registered:\n {2}The key of the QWAC is not in it\.\n {2}The key of the QSEALC is not/,
  );
  assert.deepEqual(bank.asked, []);
  assert.deepEqual(await made(), []);
});

test('certificates that are mixed up are refused before anybody is asked', async (t) => {
  const bank = await elsewhere(t, register);
  const { lupa, made } = await tppWithCertificates(t, bank);
  const { exitCode, stdout, stderr } = await lupa('--qwac', 'seal.pem', '--qwac-key', 'seal.key');
  assert.equal(exitCode, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^lupa register: These certificates cannot be registered\.\n {2}--qwac seal\.pem: .*QcType web/);
  assert.deepEqual(await made(), []);
  const missing = await lupa('--qseal', 'nowhere.pem');
  assert.match(missing.stderr, /--qseal nowhere\.pem: there is no such file\./);
});

test('a bank that answers only half leaves no directory, and that is said', async (t) => {
  const bank = await elsewhere(t, (_request, response) => response.writeHead(201).end('{"client_id": "client-1"}'));
  const { lupa, made, home } = await tppWithCertificates(t, bank);
  await lupa();
  const hosted = await readFile(join(home, 'tpp.public-jwks.json'), 'utf8');
  const host = await elsewhere(t, (_request, response) => response.end(hosted));
  const { exitCode, stderr } = await lupa('--jwks-url', `${host.url}/jwks.json`);
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /answer to the registration did not come whole[\s\S]*may have registered a client whose secret nobody has/,
  );
  assert.deepEqual(await made(), ['tpp.public-jwks.json']);
});

test('when the files cannot be written after the bank has registered, the registration is deleted again', async (t) => {
  let home = '';
  const bank = await elsewhere(t, (request, response, body) => {
    if (request.method === 'DELETE') return response.writeHead(204).end();
    // The disk fails under the run: where it gathers its files there is no directory any more.
    rmSync(join(home, 'tpp.unfinished'), { recursive: true });
    writeFileSync(join(home, 'tpp.unfinished'), '');
    const { redirect_uris } = claimsOf(body);
    const secrets = { client_secret: 'secret-of-the-client', api_key: 'api-key-of-the-client' };
    const management = { registration_client_uri: `${bank.url}/register/client-1`, registration_access_token: 'token' };
    response.writeHead(201).end(JSON.stringify({ client_id: 'client-1', redirect_uris, ...secrets, ...management }));
  });
  const { lupa, made, home: directory } = await tppWithCertificates(t, bank);
  home = directory;
  await lupa();
  const hosted = await readFile(join(home, 'tpp.public-jwks.json'), 'utf8');
  const host = await elsewhere(t, (_request, response) => response.end(hosted));
  const { exitCode, stderr } = await lupa('--jwks-url', `${host.url}/jwks.json`);
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /registered client client-1, but the files could not be written: .* It is deleted at the bank again/,
  );
  assert.deepEqual(
    bank.asked.map(({ method, path }) => `${method} ${path}`),
    ['POST /register', 'DELETE /register/client-1'],
  );
  assert.deepEqual(await made(), ['tpp.public-jwks.json']);
});

test('a bank whose own issuer this machine does not know is told apart from one that refuses', async (t) => {
  const bank = await elsewhere(t, register);
  const { home, made } = await tppWithCertificates(t, bank);
  const hosted = await elsewhere(t, (_request, response) => response.end('{}'));
  const run = await runLupa(t, ['register', '--bank', hosted.url], { cwd: home });
  assert.equal(run.exitCode, 1);
  assert.match(run.stderr, /does not know the issuer of the bank's certificate[\s\S]*--ca/);
  assert.deepEqual(await made(), []);
});
