import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import type { ErrorBody } from '@lupa/protocol';
import { keepBankSecrets } from '../../packages/sandbox/src/certificates/keep-bank-keys.ts';
import { dataDirectory } from '../../packages/sandbox/src/files/data-directory.ts';
import { type BankOutsideTheSandbox, openBankOutsideTheSandbox } from '../flow/support/bank-outside-the-sandbox.ts';
import { ExemptTpp, payment } from '../flow/support/exempt-tpp.ts';
import { jsonOf } from '../flow/support/https-call.ts';
import { startTestSandbox, type TestSandbox } from '../flow/support/test-sandbox.ts';
import { assertRefused, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';

describe('the contract where there is no sandbox, and where a bank is configured otherwise', () => {
  let sandbox: TestSandbox;
  let bank: BankOutsideTheSandbox;
  let tpp: TestTpp;
  let token: string;
  const logged: string[] = [];

  before(async () => {
    sandbox = await startTestSandbox();
    const { keys } = await keepBankSecrets(dataDirectory(sandbox.sandbox.dataDir));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const stream = new PassThrough().setEncoding('utf8').on('data', (line: string) => logged.push(line));
    bank = await openBankOutsideTheSandbox(sandbox, {
      signatures: 'optional',
      keys: { ...keys, responseSigning: [{ kid: 'rsa', alg: 'RS256', privateKey }] },
      log: { level: 'info', stream },
    });
    tpp = bank.tpp;
    token = await tpp.clientToken();
  });
  after(async () => {
    await bank.close();
    await sandbox.close();
  });

  test('§5 "sandbox-authorize, …/sandbox-reject: sandbox only, 404 elsewhere"', async () => {
    const { authorizationId } = await tpp.created(token);
    for (const decision of ['sandbox-authorize', 'sandbox-reject']) {
      const path = `/authorizations/${authorizationId}/${decision}`;
      assertRefused(await tpp.call({ method: 'POST', path, token }), 404, 'VALIDATION');
    }
    assert.equal((await tpp.readAuthorization(token, authorizationId)).status, 'Unauthorized');
  });

  test('§5 "x-client-certificate: never trusted. … Elsewhere: 400"', async () => {
    const { paymentId } = await tpp.created(token);
    const call = { path: `/payments/${paymentId}`, token };
    assert.equal((await tpp.call(call)).status, 200);
    const answer = await tpp.call({ ...call, headers: { 'x-client-certificate': 'anything' } });
    assertRefused(answer, 400, 'VALIDATION', 'InvalidValue x-client-certificate');
  });

  test('§8 "x-sandbox-scenario": "Outside the sandbox the header is a 400"', async () => {
    const { paymentId } = await tpp.created(token);
    for (const scenario of ['InsufficientFunds', 'PaymentSubmitSuccess', 'nonsense']) {
      const call = { path: `/sepa-payments/${paymentId}/submissions/1`, token };
      const answer = await tpp.call({ ...call, headers: { 'x-sandbox-scenario': scenario } });
      assertRefused(answer, 400, 'VALIDATION', 'InvalidValue x-sandbox-scenario');
    }
  });

  test('§5 x-jws-signature: "a configuration switch may make it optional in the default flow"', async () => {
    assert.equal((await tpp.create(token, SAMPLE, { 'x-jws-signature': undefined })).status, 201);
    assertRefused(await tpp.create(token, SAMPLE, { 'x-jws-signature': 'wrong' }), 400, 'SECURITY');
  });

  test('§5 x-jws-signature: "in the exemption flow never optional"', async () => {
    const { customerToken } = await ExemptTpp.after(sandbox.tpp);
    const unsigned = await tpp.create(customerToken, payment('1.00'), { 'x-jws-signature': undefined });
    assertRefused(unsigned, 400, 'SECURITY');
    assert.equal((await tpp.create(customerToken, payment('1.00'))).status, 201);
  });

  test('§5 answers are signed "RS256 by configuration"', async () => {
    const answer = await tpp.call({ path: '/nowhere', token });
    const [header = ''] = String(answer.headers['x-jws-signature']).split('.');
    assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'RS256', kid: 'rsa' });
  });

  test('§7 "id is the request id, found again in the logs"', async () => {
    const { id } = jsonOf<ErrorBody>(await tpp.call({ path: '/nowhere', token }));
    assert.ok(logged.some((line) => line.includes(id)));
  });
});
