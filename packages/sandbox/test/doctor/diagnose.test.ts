import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { AuditReport } from '@lupa/bank';
import { API_SERVER, AUTHORITY, type CertificateProfile } from '../../src/certificates/certificate-profile.ts';
import { publicJwk } from '../../src/certificates/certified-jwk.ts';
import { issueCertificate } from '../../src/certificates/issue-certificate.ts';
import { keepKey, makeKey, privatePem } from '../../src/certificates/keep-key.ts';
import { keyId } from '../../src/certificates/key-id.ts';
import type { Result } from '../../src/doctor/examination.ts';
import type { Examined } from '../../src/doctor/patient.ts';
import { diagnose } from '../../src/doctor/run-doctor.ts';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { lockDirectory } from '../../src/files/directory-lock.ts';
import { runLupa } from '../support/lupa-process.ts';
import { ownCertificate, testIssuer } from '../support/own-certificates.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { testSandbox } from '../support/test-sandbox.ts';

const DAY_MS = 86_400_000;
const DEMO_IDENTIFIER = 'PSDFI-FINFSA-1234567-1';
const FREE_PORTS = { api: 0, authorize: 0, shop: 0 };

describe('lupa doctor finds', () => {
  const sandbox = testSandbox();

  /** What it says, as the demo TPP of the running sandbox unless told otherwise. */
  async function diagnosed(change: Partial<Examined> = {}) {
    const results = await diagnose({
      files: dataDirectory(sandbox().dataDir),
      now: () => new Date(),
      nodeVersion: process.version,
      ports: FREE_PORTS,
      ...change,
    });
    const by = (id: string): Result => {
      const result = results.find((each) => each.id === id);
      assert.ok(result, id);
      return result;
    };
    return { results, by, faults: results.filter(({ level }) => level === 'fail').map(({ id }) => id) };
  }

  /** A copy of the demo TPP's directory, to be spoilt; it says which bank it is at. */
  async function spoiltTpp(t: TestContext, spoil: (at: (name: string) => string) => Promise<unknown>): Promise<string> {
    const directory = await temporaryDirectory(t);
    await cp(dataDirectory(sandbox().dataDir).tpp.directory, directory, { recursive: true });
    await writeFile(join(directory, 'bank.json'), JSON.stringify({ bank: sandbox().authorize }));
    await spoil((name) => join(directory, name));
    return directory;
  }

  const replaceIn = async (path: string, from: string | RegExp, to: string) => {
    const text = await readFile(path, 'utf8');
    assert.notEqual(text.replace(from, to), text);
    await writeFile(path, text.replace(from, to), { mode: 0o600 });
  };

  const auditedEvents = async () => {
    const report = (await (await fetch(`${sandbox().authorize}/sandbox/audit`)).json()) as AuditReport;
    return report.events;
  };

  test('nothing wrong with a healthy sandbox, as a process, and leaves nothing behind at the bank', async (t) => {
    const before = await auditedEvents();
    const { dataDir } = sandbox();
    const human = await runLupa(t, ['doctor', '--data', dataDir]);
    assert.deepEqual([human.exitCode, human.stderr], [0, ''], human.stdout);
    assert.match(human.stdout, /\nAll is well\. /);
    for (const line of human.stdout.split('\n')) assert.ok(line.length <= 80 || line.includes(dataDir), line);
    const json = await runLupa(t, ['doctor', '--data', dataDir, '--json']);
    assert.deepEqual([json.exitCode, json.stdout.split('\n').length], [0, 2]);
    const { ok, checks } = JSON.parse(json.stdout) as { ok: boolean; checks: Result[] };
    assert.equal(ok, true);
    assert.deepEqual(
      checks.filter(({ level }) => level === 'fail' || level === 'skipped'),
      [],
    );
    assert.deepEqual(
      checks.slice(-4).map(({ id }) => id),
      ['token', 'api-call', 'answer-signature', 'signed-request'],
    );
    assert.equal(await auditedEvents(), before);
  });

  test('that nothing runs where nothing was ever started, without a fault and without making anything', async (t) => {
    const cwd = await temporaryDirectory(t);
    const { exitCode, stdout, stderr } = await runLupa(t, ['doctor'], { cwd });
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^warn {6}bank: no bank is named and no sandbox runs$/m);
    assert.match(stdout, /^Nothing is wrong, but not all could be looked at\./m);
    assert.deepEqual(await readdir(cwd), []);
  });

  test('a bank that is not there, and skips what would need it', async (t) => {
    const free = await listening(t, createPlainServer());
    free.server.close();
    await once(free.server, 'close');
    const bank = `http://localhost:${free.port}`;
    const process = await runLupa(t, ['doctor', '--data', sandbox().dataDir, '--bank', bank, '--json']);
    assert.equal(process.exitCode, 1);
    const { by, faults } = await diagnosed({ bank });
    assert.deepEqual(faults, ['discovery']);
    assert.match(by('discovery').found, /gives none: nobody listens there \(ECONNREFUSED\)/);
    for (const id of ['clock', 'tls-api', 'trust', 'token', 'signed-request']) {
      assert.deepEqual([by(id).level, by(id).because], ['skipped', 'discovery'], id);
    }
    assert.equal(by('signing-key').level, 'ok');
  });

  test('an address that may not be used, and wrong usage is told apart by its exit code', async (t) => {
    const { faults, by } = await diagnosed({ bank: 'http://bank.example' });
    assert.deepEqual(faults, ['bank']);
    assert.match(by('bank').found, /neither https nor http on this machine/);
    assert.deepEqual((await diagnosed({ bank: 'nonsense' })).faults, ['bank']);
    assert.equal((await runLupa(t, ['doctor', '--bnak', 'x'])).exitCode, 2);
  });

  test('a clock more than a minute off, either way, and none that is nearly', async () => {
    for (const [seconds, found] of [
      [-75, 'behind'],
      [75, 'ahead of'],
    ] as const) {
      const { by } = await diagnosed({ now: () => new Date(Date.now() + seconds * 1000) });
      assert.equal(by('clock').level, 'fail');
      const [, off, how] = /^(\d+) s (behind|ahead of) the bank's$/.exec(by('clock').found) ?? assert.fail();
      assert.equal(how, found);
      assert.ok(Number(off) > 60, off);
      assert.match(by('clock').mend ?? '', /Set this machine's clock/);
      const near = await diagnosed({ now: () => new Date(Date.now() + (seconds / 75) * 50_000) });
      assert.equal(near.by('clock').level, 'ok');
    }
  });

  test('a Node that is too old', async () => {
    assert.deepEqual((await diagnosed({ nodeVersion: 'v18.20.4' })).faults, ['node']);
    assert.equal((await diagnosed({ nodeVersion: 'v20.0.0' })).by('node').level, 'ok');
  });

  test('who has a port: this sandbox, or the program that took it', async (t) => {
    const { port } = await listening(t, createTcpServer());
    const own = Number(new URL(sandbox().api).port);
    const { by } = await diagnosed({ ports: { api: own, authorize: port, shop: 0 } });
    assert.deepEqual(
      [by(`port-${own}`).level, by(`port-${own}`).found],
      ['ok', 'taken by the sandbox of this directory'],
    );
    const taken = by(`port-${port}`);
    assert.equal(taken.level, 'warn');
    assert.ok(taken.found.startsWith('taken by '), taken.found);
    if (process.platform === 'linux') assert.ok(taken.found.endsWith(`(process ${process.pid})`), taken.found);
    const elsewhere = await diagnosed({
      files: dataDirectory(await temporaryDirectory(t)),
      ports: { ...FREE_PORTS, api: own },
    });
    assert.equal(elsewhere.by(`port-${own}`).level, 'warn');
  });

  test('a data directory that is a file, and one that somebody holds without saying where', async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, 'file'), '');
    const file = await diagnosed({ files: dataDirectory(join(directory, 'file')) });
    assert.equal(file.by('data-directory').level, 'fail');
    assert.equal(file.by('file-modes').because, 'data-directory');
    const files = dataDirectory(directory);
    const lock = lockDirectory(files.lock);
    t.after(() => lock.release());
    assert.match((await diagnosed({ files })).by('data-directory').found, /is in use by a process that does not say/);
    lock.release();
    assert.match((await diagnosed({ files })).by('data-directory').found, /, not in use$/);
  });

  test('a key that others may read, and says how to close it', async (t) => {
    const tppDirectory = await spoiltTpp(t, (at) => chmod(at('key.pem'), 0o640));
    const { faults, by } = await diagnosed({ tppDirectory });
    assert.deepEqual(faults, ['file-modes']);
    assert.equal(by('file-modes').mend, `chmod go-rwx ${join(tppDirectory, 'key.pem')}`);
    await chmod(join(tppDirectory, 'key.pem'), 0o600);
    // A certificate is everybody's.
    await chmod(join(tppDirectory, 'client.crt'), 0o644);
    assert.deepEqual((await diagnosed({ tppDirectory })).faults, []);
  });

  test('a directory that holds no registration, naming every file it lacks', async (t) => {
    const { by } = await diagnosed({ tppDirectory: await temporaryDirectory(t), bank: sandbox().authorize });
    assert.equal(by('tpp').level, 'fail');
    for (const name of ['client.crt', 'key.pem', 'ssa-signing-key.pem', 'registration-result.txt']) {
      assert.ok(by('tpp').found.includes(`${name} is missing`), name);
    }
    assert.match(by('tpp').mend ?? '', /lupa register --out/);
    assert.equal(by('tls-api').level, 'ok');
    assert.equal(by('token').because, 'tpp');
  });

  const issuerOfSandbox = async () => ({
    key: await keepKey(dataDirectory(sandbox().dataDir).caKey, 'P-256'),
    subject: AUTHORITY.subject,
  });

  const wrongCertificates = [
    { what: 'an expired one', wishes: { at: new Date(Date.now() - 400 * DAY_MS) }, code: 'expired' },
    { what: 'one without the PI role', wishes: { roles: ['PSP_AI'] as const }, code: 'role-missing' },
    { what: 'a QSEALC', wishes: {}, type: 'seal' as const, code: 'wrong-type' },
  ];
  for (const { what, wishes, code, type = 'web' } of wrongCertificates) {
    test(`a client certificate no bank takes: ${what}`, async (t) => {
      const made = await ownCertificate(type, { issuer: await issuerOfSandbox(), ...wishes });
      const tppDirectory = await spoiltTpp(t, async (at) => {
        await writeFile(at('client.crt'), made.certificatePem);
        await writeFile(at('key.pem'), made.keyPem);
      });
      const { by, faults } = await diagnosed({ tppDirectory });
      assert.deepEqual(faults, ['client-certificate']);
      assert.equal(by('client-certificate').found, `a bank refuses it (${code})`);
      assert.equal(by('token').because, 'client-certificate');
    });
  }

  test('a certificate that will do, but not for long: a warning that stops nothing', async (t) => {
    const issuer = await issuerOfSandbox();
    const made = await ownCertificate('web', { issuer, lifetimeDays: 20, organizationIdentifier: DEMO_IDENTIFIER });
    const tppDirectory = await spoiltTpp(t, async (at) => {
      await writeFile(at('client.crt'), made.certificatePem);
      await writeFile(at('key.pem'), made.keyPem);
    });
    const { by, faults } = await diagnosed({ tppDirectory });
    assert.deepEqual(
      [by('client-certificate').level, by('client-certificate').found],
      ['warn', 'QWAC of FI-FINFSA-1234567-1, 19 days left'],
    );
    // It is not the registered one, and that is what the bank says.
    assert.deepEqual(faults, ['token']);
    assert.match(by('token').found, /401 invalid_client/);
  });

  test('a key that belongs to another certificate', async (t) => {
    const key = privatePem(await makeKey('RSA-2048'));
    const { faults, by } = await diagnosed({ tppDirectory: await spoiltTpp(t, (at) => writeFile(at('key.pem'), key)) });
    assert.deepEqual(faults, ['client-certificate']);
    assert.equal(by('client-certificate').found, 'key.pem is the key of another certificate');
  });

  test('a CA file that is of another bank', async (t) => {
    const other = await testIssuer();
    const profile: CertificateProfile = { ...AUTHORITY, subject: other.subject };
    const ca = await issueCertificate(profile, createPublicKey(other.key), other, new Date());
    const { faults, by } = await diagnosed({ tppDirectory: await spoiltTpp(t, (at) => writeFile(at('ca.crt'), ca)) });
    assert.deepEqual(faults, ['trust']);
    assert.match(by('trust').found, /^issued by Lupa Sandbox CA, which is not trusted/);
    assert.equal(by('signed-request').because, 'trust');
  });

  test('a secret, or an API key, of another registration', async (t) => {
    const secret = await spoiltTpp(t, (at) =>
      replaceIn(at('registration-result.txt'), sandbox().tpp.clientSecret, 'another-secret'),
    );
    const wrongSecret = await diagnosed({ tppDirectory: secret });
    assert.deepEqual(wrongSecret.faults, ['token']);
    assert.match(wrongSecret.by('token').found, /refused: 401 invalid_client/);
    const apiKey = await spoiltTpp(t, (at) =>
      replaceIn(at('registration-result.txt'), sandbox().tpp.apiKey, 'another-api-key'),
    );
    const wrongApiKey = await diagnosed({ tppDirectory: apiKey });
    assert.deepEqual(wrongApiKey.faults, ['api-call']);
    assert.equal(wrongApiKey.by('token').level, 'ok');
    assert.equal(wrongApiKey.by('answer-signature').because, 'api-call');
  });

  test('a kid that is not in the key set, and a key that is not the one there', async (t) => {
    const kid = sandbox().tpp.signingKid;
    const unknown = await spoiltTpp(t, (at) =>
      replaceIn(at('registration-result.txt'), `ssaSigningKid: ${kid}`, 'ssaSigningKid: other'),
    );
    const { faults, by } = await diagnosed({ tppDirectory: unknown });
    assert.deepEqual(faults, ['signing-key']);
    assert.match(by('signing-key').found, /has no key other$/);
    assert.deepEqual([by('answer-signature').level, by('signed-request').because], ['ok', 'signing-key']);
    const key = privatePem(await makeKey('P-256'));
    const swapped = await spoiltTpp(t, (at) => writeFile(at('ssa-signing-key.pem'), key));
    assert.match((await diagnosed({ tppDirectory: swapped })).by('signing-key').found, /there is another one than/);
  });

  test('key sets that a bank cannot use: none, a bare key, another organisation, and a key the bank has not read', async (t) => {
    const issuer = await issuerOfSandbox();
    const seal = await ownCertificate('seal', { issuer, organizationIdentifier: DEMO_IDENTIFIER });
    const stranger = await ownCertificate('seal', { issuer });
    const diagnosedWith = async (made: typeof seal, jwk: object | undefined) => {
      const { url } = await listening(t, createPlainServer(answering({ '/jwks.json': jwk && { keys: [jwk] } })));
      const tppDirectory = await spoiltTpp(t, async (at) => {
        await writeFile(at('ssa-signing-key.pem'), made.keyPem);
        const result = at('registration-result.txt');
        await replaceIn(result, /"jwks_endpoint": ".*"/, `"jwks_endpoint": "${url}/jwks.json"`);
        await replaceIn(result, /ssaSigningKid: .*/, `ssaSigningKid: ${keyId(made.key)}`);
      });
      return diagnosed({ tppDirectory });
    };
    const ca = await readFile(sandbox().ca, 'utf8');
    const jwkOf = ({ key, certificatePem: certificate }: typeof seal) => publicJwk({ key, certificate }, ca);
    const { x5c: _, ...bare } = jwkOf(seal);
    assert.match((await diagnosedWith(seal, undefined)).by('signing-key').found, /it answered 404$/);
    assert.equal((await diagnosedWith(seal, bare)).by('signing-key').found, 'the key has no x5c');
    assert.match(
      (await diagnosedWith(stranger, jwkOf(stranger))).by('signing-key').found,
      /^its QSEALC is of FI-FINFSA-7654321-0/,
    );
    const { faults, by } = await diagnosedWith(seal, jwkOf(seal));
    assert.deepEqual(faults, ['signed-request']);
    assert.match(by('signed-request').mend ?? '', /has read your key set/);
  });

  /** Another issuer, whose document says what the sandbox's does but for what a test changes. */
  async function anotherIssuer(t: TestContext, change: (issuer: string) => object, more: Record<string, object> = {}) {
    const document = (await (await fetch(`${sandbox().authorize}/.well-known/openid-configuration`)).json()) as object;
    const answers: Record<string, object | undefined> = { ...more };
    const { url } = await listening(t, createPlainServer(answering(answers)));
    answers['/.well-known/openid-configuration'] = { ...document, issuer: url, ...change(url) };
    return url;
  }

  test('a discovery document of another issuer, without endpoints, without aliases, or none at all', async (t) => {
    const wrong = await anotherIssuer(t, () => ({ issuer: 'https://bank.example' }));
    assert.match((await diagnosed({ bank: wrong })).by('discovery').found, /its issuer is https:\/\/bank\.example/);
    const lacking = await anotherIssuer(t, () => ({ jwks_uri: undefined, authorization_endpoint: 7 }));
    assert.equal(
      (await diagnosed({ bank: lacking })).by('discovery').found,
      'it lacks authorization_endpoint, jwks_uri',
    );
    const bare = await anotherIssuer(t, () => ({ mtls_endpoint_aliases: undefined }));
    assert.equal((await diagnosed({ bank: bare })).by('discovery').level, 'warn');
    const { url } = await listening(t, createPlainServer(answering({})));
    assert.match((await diagnosed({ bank: url })).by('discovery').found, /answered 404$/);
  });

  /** A server with a certificate of the sandbox CA, for what a real bank never does. */
  async function tlsServer(t: TestContext, profile: CertificateProfile, at: Date, listener?: RequestListener) {
    const key = await makeKey('P-256');
    const cert = await issueCertificate(profile, createPublicKey(key), await issuerOfSandbox(), at);
    const { port } = await listening(t, createTlsServer({ key: privatePem(key), cert }, listener));
    return `https://localhost:${port}`;
  }

  const tokenAt = (api: string) => ({ mtls_endpoint_aliases: { token_endpoint: `${api}/oauth/token` } });

  test("a bank's certificate that has expired, is about to, or is for another name", async (t) => {
    const found = async (profile: CertificateProfile, at: Date) => {
      const api = await tlsServer(t, profile, at);
      return (await diagnosed({ bank: await anotherIssuer(t, () => tokenAt(api)) })).by('tls-api');
    };
    const now = Date.now();
    const expired = await found({ ...API_SERVER, lifetimeDays: 30 }, new Date(now - 40 * DAY_MS));
    assert.deepEqual([expired.level, expired.found.slice(0, 23)], ['fail', 'the certificate expired']);
    const soon = await found({ ...API_SERVER, lifetimeDays: 5 }, new Date(now));
    assert.deepEqual([soon.level, soon.found], ['warn', 'TLSv1.3, localhost, 4 days left']);
    const other = await found({ ...API_SERVER, hosts: { dns: ['bank.example'], ip: [] } }, new Date(now));
    assert.deepEqual([other.level, other.found], ['fail', 'the certificate is for DNS:bank.example']);
  });

  test('a server that speaks no TLS, and one that gives a token and signs nothing', async (t) => {
    const { port } = await listening(t, createPlainServer(answering({})));
    const plain = await anotherIssuer(t, () => tokenAt(`https://localhost:${port}`));
    assert.deepEqual((await diagnosed({ bank: plain })).faults, ['tls-api']);

    const token = {
      access_token: 'a-token-that-is-long',
      token_type: 'bearer',
      expires_in: '86399',
      scope: 'payments',
    };
    const api = await tlsServer(t, API_SERVER, new Date(), (request, reply) => {
      request.resume();
      const isToken = request.url === '/oauth/token';
      reply.writeHead(isToken ? 200 : 404, { 'content-type': 'application/json' });
      reply.end(JSON.stringify(isToken ? token : { type: 'VALIDATION', violations: [] }));
    });
    const keys = (await (await fetch(`${sandbox().authorize}/jwks/payments/jwks.json`)).json()) as object;
    const bank = await anotherIssuer(t, () => tokenAt(api), { '/jwks/payments/jwks.json': keys });
    const { faults, by } = await diagnosed({ bank });
    assert.deepEqual(faults, ['answer-signature']);
    assert.match(by('answer-signature').found, /carries no x-jws-signature/);
    assert.equal(by('signed-request').because, 'answer-signature');
  });
});

function answering(answers: Readonly<Record<string, object | undefined>>): RequestListener {
  return (request, reply) => {
    const answer = answers[request.url ?? ''];
    reply.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    reply.end(JSON.stringify(answer ?? {}));
  };
}

async function listening(t: TestContext, server: Server | ReturnType<typeof createTcpServer>) {
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://localhost:${port}` };
}
