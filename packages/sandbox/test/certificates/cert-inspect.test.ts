import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, type TestContext, test } from 'node:test';
import { createServer } from 'node:tls';
import { AUTHORITY } from '../../src/certificates/certificate-profile.ts';
import { publicJwk } from '../../src/certificates/certified-jwk.ts';
import { findCertificates } from '../../src/certificates/inspect-source.ts';
import { findTrust } from '../../src/certificates/inspect-trust.ts';
import { issueTppCertificate, type TppCertificateRequest } from '../../src/certificates/issue-tpp-certificate.ts';
import { keepAuthority } from '../../src/certificates/keep-certificate.ts';
import { privatePem } from '../../src/certificates/keep-key.ts';
import { Revocations } from '../../src/certificates/revocations.ts';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { runLupa } from '../support/lupa-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOW = new Date();
const KEYS = {
  ca: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
};

type Asked = Partial<Omit<TppCertificateRequest, 'publicKey'>> & { key?: KeyObject };

let directory = '';
let sandbox = dataDirectory('');
let authority: Awaited<ReturnType<typeof keepAuthority>>;

before(async (context) => {
  directory = await temporaryDirectory(context as TestContext);
  sandbox = dataDirectory(join(directory, 'sandbox'));
  authority = await keepAuthority(sandbox.caCertificate, AUTHORITY, KEYS.ca, NOW);
});

function issue({ key = KEYS.rsa, ...asked }: Asked = {}, now = NOW): Promise<string> {
  const request: TppCertificateRequest = {
    type: 'web',
    organisation: {
      name: 'Shop Oy',
      commonName: 'Shop',
      country: 'FI',
      organizationIdentifier: 'PSDFI-FINFSA-7654321-0',
    },
    roles: ['PSP_PI', 'PSP_AI'],
    nca: { name: 'Finnish Financial Supervisory Authority', id: 'FI-FINFSA' },
    publicKey: createPublicKey(key),
    lifetimeDays: 90,
    crlUrl: 'https://bank.example/ca.crl',
    ...asked,
  };
  return issueTppCertificate(request, authority, now);
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

/** Runs the command, in the sandbox's presence. */
async function inspect(t: TestContext, ...args: string[]) {
  return runLupa(t, ['cert', 'inspect', '--data', sandbox.path, ...args]);
}

/** The same, away from any sandbox, as JSON. */
async function inspectAsJson(t: TestContext, ...args: string[]) {
  const { exitCode, stdout, stderr } = await runLupa(t, [
    'cert',
    'inspect',
    '--json',
    '--data',
    join(directory, 'none'),
    ...args,
  ]);
  assert.equal(stderr, '');
  return { exitCode, answer: JSON.parse(stdout) };
}

/** Whether each certificate is taken, or what for it is not. */
const verdicts = (answer: {
  certificates: { kind: string; refusals?: Record<string, { code: string }[]>; problem?: string }[];
}) =>
  answer.certificates.map(({ kind, refusals, problem }) => {
    const use = kind === 'qsealc' ? 'signature' : 'tls';
    return problem ?? (refusals?.[use]?.map(({ code }) => code).join() || 'taken');
  });

describe('lupa cert inspect', () => {
  test('explains a QWAC of the sandbox in plain words, and that a bank takes it', async (t) => {
    const { exitCode, stdout, stderr } = await inspect(t, await file('qwac.pem', await issue()));
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    assert.match(stdout, /qwac\.pem: QWAC: says under TLS who is calling\n/);
    assert.match(stdout, /organisation {3}Shop Oy, Shop, FI\n/);
    assert.match(stdout, /registered as {2}FI-FINFSA-7654321-0\n/);
    assert.match(stdout, /authority {6}Finnish Financial Supervisory Authority \(FI-FINFSA\)\n/);
    assert.match(stdout, /roles {10}payment initiation \(PSP_PI\), account information \(PSP_AI\)\n/);
    assert.match(stdout, /valid .*, 89 days left\n/);
    assert.match(stdout, /key {12}RSA of 2048 bits; the certificate is signed with ECDSA with SHA-256\n/);
    assert.match(stdout, /trust {10}Shop < Lupa Sandbox CA, of .*ca\.crt\n/);
    assert.match(stdout, /\nA bank takes it under TLS\.\n$/);
  });

  test('explains a QSEALC as DER, away from any sandbox', async (t) => {
    const pem = await issue({ type: 'seal', key: KEYS.ec });
    const path = await file('qsealc.der', new X509Certificate(pem).raw);
    const { exitCode, answer } = await inspectAsJson(t, path);
    assert.equal(exitCode, 0);
    assert.deepEqual([answer.source, answer.acceptable, answer.trust], [path, true, null]);
    const [certificate] = answer.certificates;
    assert.deepEqual(
      [certificate.kind, certificate.takenFor, certificate.unchecked],
      ['qsealc', ['signature'], ['trust', 'revocation']],
    );
    assert.equal(certificate.daysLeft, 89);
    const { stdout } = await runLupa(t, ['cert', 'inspect', path], { cwd: directory });
    assert.match(stdout, /A bank takes it for signatures, if it trusts the issuer and that has not revoked it\.\n/);
  });

  test('says all that a bank refuses a certificate for', async (t) => {
    const pem = await issue({ roles: ['PSP_AI'], lifetimeDays: 10 }, new Date(NOW.getTime() - 20 * 86_400_000));
    const { exitCode, stdout } = await inspect(t, await file('old.pem', pem));
    assert.equal(exitCode, 1);
    assert.match(stdout, /expired 11 days ago/);
    assert.match(
      stdout,
      /A bank refuses it:\n {2}under TLS\n {4}expired +The certificate expired.*\n {4}role-missing +The/,
    );
  });

  test('asks the trust anchors it is given, and takes authorities in between from the file', async (t) => {
    const qwac = await file('trusted.pem', await issue());
    const anchors = await file('anchors.pem', authority.certificate);
    const right = await inspectAsJson(t, qwac, '--trust', anchors);
    assert.deepEqual([right.exitCode, right.answer.trust, verdicts(right.answer)], [0, anchors, ['taken']]);
    assert.deepEqual(right.answer.certificates[0].unchecked, ['revocation']);
    const strangers = join(directory, 'strangers');
    await keepAuthority(join(strangers, 'ca.crt'), { ...AUTHORITY, subject: [{ CN: ['Stranger'] }] }, KEYS.ec, NOW);
    const wrong = await inspectAsJson(t, qwac, '--trust', join(strangers, 'ca.crt'));
    assert.deepEqual([wrong.exitCode, verdicts(wrong.answer)], [1, ['untrusted-issuer']]);
  });

  test('knows what the sandbox CA has revoked', async (t) => {
    const pem = await issue();
    const path = await file('revoked.pem', pem);
    assert.equal((await inspect(t, path)).exitCode, 0);
    const serial = new X509Certificate(pem).serialNumber.toLowerCase();
    await new Revocations(sandbox.revocations).add({ serial, revokedAt: NOW.toISOString(), reason: 'keyCompromise' });
    const { exitCode, stdout } = await inspect(t, path);
    assert.equal(exitCode, 1);
    assert.match(stdout, /revoked {2}The sandbox CA revoked it at .* \(keyCompromise\)\. There is no way back/);
  });

  test('looks at each key of a key set', async (t) => {
    const [web, seal] = [await issue(), await issue({ type: 'seal', key: KEYS.ec })];
    const rsa = publicJwk({ key: KEYS.rsa, certificate: web }, authority.certificate);
    const ec = publicJwk({ key: KEYS.ec, certificate: seal }, authority.certificate);
    const { x5c: _, ...bare } = ec;
    const good = await inspectAsJson(t, await file('jwks.json', JSON.stringify({ keys: [rsa, ec] })));
    assert.deepEqual([good.exitCode, verdicts(good.answer)], [0, ['taken', 'taken']]);
    const one = await inspectAsJson(t, await file('jwk.json', JSON.stringify(ec)));
    assert.deepEqual([one.exitCode, one.answer.certificates[0].label], [0, `key ${ec.kid}`]);
    const keys = [rsa, bare, { ...rsa, x5c: ec.x5c }, { ...ec, x5c: [ec.x5c[0].replaceAll('+', '-').slice(1)] }];
    const bad = await inspectAsJson(t, await file('bad-jwks.json', JSON.stringify({ keys })));
    assert.equal(bad.exitCode, 1);
    const taken = bad.answer.certificates.map(({ acceptable }: { acceptable: boolean }) => acceptable);
    assert.deepEqual(taken, [true, false, false, false]);
    const [first, ...others] = verdicts(bad.answer);
    assert.equal(first, 'taken');
    assert.match(others.join('\n'), /no x5c.*\nThe key is another one.*\nIt cannot be read: x5c is not base64/);
  });

  test('shows the certificate of a server, also of one that wants the caller’s', async (t) => {
    const server = createServer({ key: privatePem(KEYS.rsa), cert: await issue(), requestCert: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { exitCode, answer } = await inspectAsJson(t, `https://127.0.0.1:${address.port}`);
    assert.deepEqual([exitCode, verdicts(answer), answer.certificates[0].subject.commonName], [0, ['taken'], 'Shop']);
  });

  test('shows it too where TLS 1.2 breaks off for want of the caller’s', async (t) => {
    const [key, cert] = [await file('server.key', privatePem(KEYS.rsa)), await file('server.crt', await issue())];
    const demand = ['-tls1_2', '-Verify', '1', '-verify_return_error'];
    const server = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-key', key, '-cert', cert, ...demand]);
    t.after(() => server.kill());
    let said = '';
    const port = await new Promise<string>((resolve) => {
      server.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const port = /ACCEPT .*:(\d+)\n/.exec(said)?.[1];
        if (port !== undefined) resolve(port);
      });
    });
    const [found] = await findCertificates(`https://127.0.0.1:${port}`);
    assert.ok(found !== undefined && 'certificate' in found);
    assert.equal(found.certificate.subject.commonName, 'Shop');
  });

  test('says what cannot be read, and why; nothing is printed of a private key', async (t) => {
    const key = await file('key.pem', privatePem(KEYS.ec));
    const { exitCode, stdout } = await inspect(t, key);
    assert.equal(exitCode, 1);
    assert.match(stdout, /A bank refuses it:\n {2}It cannot be read: there is no -----BEGIN CERTIFICATE-----/);
    assert.ok(!stdout.includes('MIGH'));
  });

  test('never lets a name steer the terminal', async (t) => {
    const organisation = {
      name: 'Shop\u202eyO',
      commonName: 'Shop',
      country: 'FI',
      organizationIdentifier: 'PSDFI-FINFSA-1',
    };
    const { stdout } = await inspect(t, await file('bidi.pem', await issue({ organisation })));
    assert.match(stdout, /organisation {3}Shop\?yO/);
  });

  test('says what to do when there is nothing to inspect', async (t) => {
    const silent = createPlainServer((socket) => socket.end('SSH-2.0\r\n'));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    t.after(() => silent.close());
    const address = silent.address();
    assert.ok(typeof address === 'object' && address !== null);
    const qwac = await file('fine.pem', await issue());
    const missing = join(directory, 'missing.pem');
    const wrong: [source: string, says: RegExp][] = [
      [missing, /cannot be read: there is no such file\. Name the file of a certificate\.$/],
      [directory, /cannot be read: it is a directory, not a file\./],
      ['http://localhost:8080', /no https address/],
      ['https://', /no https address/],
      [`https://127.0.0.1:${address.port}`, /shows no certificate: wrong version number\. Check host and port/],
      [await file('empty.json', '{}'), /no key set: it has no "keys"/],
      [await file('twice.json', '{"keys":[],"keys":[]}'), /begins like JSON and is none: .*keys/],
      [await file('many.json', JSON.stringify({ keys: Array(101).fill({}) })), /more than 100 keys/],
      [await file('large.pem', Buffer.alloc(4 * 1024 * 1024 + 1)), /more than 4194304 bytes/],
    ];
    for (const [source, message] of wrong) {
      await assert.rejects(findCertificates(source), { name: 'NothingToInspect', message });
    }
    await assert.rejects(findTrust(qwac, directory), { message: /no bundle of trusted authorities: .*no authority's/ });
    await assert.rejects(findTrust(missing, directory), { message: /cannot be read: there is no such file/ });
    const { exitCode, stdout, stderr } = await inspect(t, missing);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, /^lupa cert inspect: .*missing\.pem cannot be read: .*\.\n$/);
    assert.equal((await inspect(t)).exitCode, 2);
  });
});
