import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { asClientId, type RegistrationAnswer } from '@lupa/protocol';
import { type Answer, jsonOf } from './support/https-call.ts';
import { RegisteringTpp } from './support/registering-tpp.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';
import type { TestTpp } from './support/test-tpp.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MINUTE_MS = 60_000;

/** Whom `tpp.cnf` names. */
const ORGANISATION = 'FI-FINFSA-2345678-9';

/** The commands of docs/certificates.md, in their order: CA, certificates, the QWAC without PI, revocation. */
async function documentedCommands(): Promise<[string, string, string, string]> {
  const page = await readFile(join(ROOT, 'docs', 'certificates.md'), 'utf8');
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, commands = '']) => commands);
  const [ca, certificates, withoutPi, revocation, ...more] = blocks;
  assert.ok(ca && certificates && withoutPi && revocation && more.length === 0);
  return [ca, certificates, withoutPi, revocation];
}

/** Certificates that no code of ours had a hand in: what the bank says of them, it says of any trust service's. */
describe('certificates made with OpenSSL alone', () => {
  let home: string;
  let bank: TestSandbox;
  let lists: Server;
  let tpp: TestTpp;
  let withoutPi: TestTpp;
  let revocation: string;
  const inCa = (name: string) => join(home, 'my-ca', name);

  const run = (commands: string, cwd: string) => {
    const { status, stderr } = spawnSync('sh', ['-euc', commands], { cwd, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'lupa-openssl-'));
    await symlink(join(ROOT, 'examples'), join(home, 'examples'));
    const [ca, certificates, without, revoking] = await documentedCommands();
    run(ca, home);
    run(`${certificates}${without}`, join(home, 'my-ca'));
    revocation = revoking;
    lists = createServer(async (_request, response) => {
      response.setHeader('content-type', 'application/pkix-crl').end(await readFile(inCa('ca.crl')));
    }).listen(0, 'localhost');
    await new Promise((resolve) => lists.once('listening', resolve));
    const { port } = lists.address() as AddressInfo;
    bank = await startTestSandbox({
      trustedIssuers: await readFile(inCa('ca.pem'), 'utf8'),
      revocationLists: [`http://localhost:${port}/ca.crl`],
    });
    withoutPi = await knownToTheBank('without-pi.crt');
  });

  after(async () => {
    await bank.close();
    lists.close();
    await rm(home, { recursive: true, force: true });
  });

  /** What a TPP has whose QWAC is in that file. */
  async function filesOf(qwac: string) {
    const read = (name: string) => readFile(inCa(name), 'utf8');
    const [cert, key, seal, signingKey] = await Promise.all(
      [qwac, 'key.pem', 'ssa-signing.crt', 'ssa-signing-key.pem'].map(read),
    );
    assert.ok(cert && key && seal && signingKey);
    const x5c = [new X509Certificate(seal).raw.toString('base64')];
    const jwk = { ...createPublicKey(signingKey).export({ format: 'jwk' }), kid: 'openssl', alg: 'ES256', x5c };
    const signer = { key: createPrivateKey(signingKey), kid: 'openssl', alg: 'ES256' } as const;
    return { tls: { cert, key, ca: await readFile(bank.sandbox.ca, 'utf8') }, keys: { keys: [jwk] }, signer };
  }

  /** Registers with the QWAC in that file, as any TPP does. */
  async function register(qwac: string): Promise<{ answer: Answer; applicant: RegisteringTpp }> {
    const { tls, keys, signer } = await filesOf(qwac);
    const applicant = await RegisteringTpp.of(bank.sandbox);
    const statement = { org_id: ORGANISATION };
    return { answer: await applicant.register({ tls, keys: keys.keys, signer, statement }), applicant };
  }

  /** A client of the bank whose QWAC is in that file, and that never had to register. */
  async function knownToTheBank(qwac: string): Promise<TestTpp> {
    const { tls, keys, signer } = await filesOf(qwac);
    const text = () => randomBytes(16).toString('hex');
    const identity = { clientId: text(), clientSecret: text(), apiKey: text() };
    const redirectUri = 'http://localhost/openssl';
    await bank.sandbox.bank.administration.registerClient({
      clientId: asClientId(identity.clientId),
      clientName: 'My Payments',
      organisationId: ORGANISATION,
      secretDigest: sha256(identity.clientSecret),
      apiKeyDigest: sha256(identity.apiKey),
      certificateThumbprint: sha256(new X509Certificate(tls.cert).raw).toString('base64url'),
      roles: ['PIS'],
      redirectUris: [redirectUri],
      jwks: keys,
    });
    return bank.tppOf({ ...identity, tls, signer, redirectUri });
  }

  const askForToken = (asked: TestTpp) => asked.form({ grant_type: 'client_credentials', scope: 'payments' });

  test('OpenSSL itself finds them in order', () => {
    for (const [name, purpose] of [
      ['client.crt', 'sslclient'],
      ['without-pi.crt', 'sslclient'],
      ['ssa-signing.crt', 'any'],
    ]) {
      const list = 'openssl crl -inform DER -in ca.crl -out ca.crl.pem';
      const verify = `openssl verify -x509_strict -crl_check -CAfile ca.pem -CRLfile ca.crl.pem -purpose ${purpose} ${name}`;
      run(`${list}; ${verify}`, join(home, 'my-ca'));
    }
  });

  test('the bank registers the QWAC with the role PI, and takes a payment signed with the key of the QSEALC', async () => {
    const { answer, applicant } = await register('client.crt');
    assert.equal(answer.status, 201, answer.bytes.toString());
    const { tls, signer } = await filesOf('client.crt');
    tpp = await bank.tppOf({ ...applicant.identity(jsonOf<RegistrationAnswer>(answer)), tls, signer });
    const payment = await tpp.created(await tpp.clientToken());
    assert.equal(payment.status, 'Unauthorized');
  });

  test('it does not register the QWAC that lacks the role PI, and says so', async () => {
    const { answer } = await register('without-pi.crt');
    assert.equal(answer.status, 401, answer.bytes.toString());
    assert.match(jsonOf<{ error_description: string }>(answer).error_description, /PSP_PI/);
  });

  test('and would not serve it if it were registered', async () => {
    const answer = await askForToken(withoutPi);
    const { error, error_description: description } = jsonOf<Record<string, string>>(answer);
    assert.deepEqual([answer.status, error], [401, 'invalid_client']);
    assert.match(description ?? '', /PSP_PI/);
  });

  test('what OpenSSL revokes is refused a minute later, on connections that are open too; the other TPPs go on', async () => {
    const token = await tpp.clientToken();
    const { paymentId } = await tpp.created(token);
    run(revocation, join(home, 'my-ca'));
    bank.clock.aheadMs += MINUTE_MS + 1000;
    const refused = await tpp.call({ path: `/sepa-payments/${paymentId}`, token });
    assert.equal(refused.status, 401, refused.bytes.toString());
    assert.match(jsonOf<{ message: string }>(refused).message, /revoked/);
    assert.equal((await askForToken(tpp)).status, 401);
    await bank.tpp.created(await bank.tpp.clientToken());
  });
});

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
