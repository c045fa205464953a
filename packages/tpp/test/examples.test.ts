import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { leaveWithBundle, submitApproved } from '../examples/bundle.ts';
import { comeBack, leave, openTpp, type Session } from '../examples/default-flow.ts';
import { type Customer, type Order, payAgain } from '../examples/exemption-flow.ts';
import { openByAddresses } from '../examples/explicit-addresses.ts';
import { leaveWithInvoice, payInvoice } from '../examples/foreign-payment.ts';
import { submit } from '../examples/handle-errors.ts';
import { register } from '../examples/register.ts';
import { withWireLog } from '../examples/wire-log.ts';
import { restoreTokens, revealTokens, TPP_ERROR_CODES, Tpp } from '../src/index.ts';
import { ExemptionBank, refusedExemption } from './support/exemption-bank.ts';
import { halfHash, idTokenClaims, signIdToken } from './support/id-tokens.ts';
import { registrationAnswer } from './support/registrations.ts';
import { AUTHORIZATION_ID, FOREIGN_PAYMENT, PAYMENT, PAYMENT_ID, REQUEST, SUBMISSION } from './support/samples.ts';
import { CLIENT, json, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

const readMe = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

const tokens = restoreTokens({
  accessToken: 'x',
  authorizationId: AUTHORIZATION_ID,
  scope: 'openid payments',
  expiresAt: 'e',
  nonce: 'n',
});

test('the default flow of the README pays an order', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-tpp-example-'));
  const { ca, client } = bank.certificates;
  const files = {
    'client.crt': client.cert,
    'key.pem': client.key,
    'ca.crt': ca,
    'ssa-signing-key.pem': bank.signingKey,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const { clientId, clientSecret, apiKey } = CLIENT;
  const env = {
    BANK: bank.issuer,
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    API_KEY: apiKey,
    SIGNING_KID: 'tpp-1',
  };
  const tpp = await openTpp(directory, env);
  rmSync(directory, { recursive: true });

  const session: Session = { orderId: SUBMISSION.submissionId };
  bank.onApi = ({ method, body }) => {
    if (method === 'POST') return bank.signed(201, { ...PAYMENT, ...JSON.parse(body.toString()) });
    return bank.signed(200, { ...SUBMISSION, status: method === 'PUT' ? 'Accepted' : 'Submitted' });
  };
  const url = await leave(tpp, session);
  assert.equal(new URL(url).origin, bank.issuer);
  const { pending } = session;
  assert.ok(pending);

  const claims = idTokenClaims(bank, pending, { at_hash: halfHash('access'), rt_hash: halfHash('refresh') });
  const now = Math.floor(Date.now() / 1000);
  const id_token = await signIdToken({ ...claims, iat: now, exp: now + 600 }, bank.idKey);
  const answer = { access_token: 'access', refresh_token: 'refresh', id_token, token_type: 'bearer', expires_in: 3600 };
  bank.onToken = () => json(200, answer);
  const back = `/return?${new URLSearchParams({ code: 'code', state: pending.state, iss: bank.issuer })}`;
  assert.equal((await comeBack(tpp, session, back)).status, 'Submitted');
  await assert.rejects(comeBack(tpp, session, back), /nobody left/);
  tpp.close();
});

test('a small order is paid again without the customer, and the next one with, each from what was stored', async () => {
  const exemption = new ExemptionBank(bank);
  const customer: Customer = { tokens: revealTokens(exemption.tokens), iban: 'FI9259995020084225' };
  const [first, second]: Order[] = [{ id: 'order-1' }, { id: 'order-2' }];
  assert.ok(first && second);
  assert.equal((await payAgain(bank.tpp(), customer, first)).kind, 'submitted');
  assert.equal(first.paymentId, exemption.payments[0]?.paymentId);
  assert.notEqual(customer.tokens.refreshToken, 'refresh-token-0');
  exemption.refuses.grant = () => refusedExemption('sum');
  assert.equal((await payAgain(bank.tpp(), customer, second)).kind, 'authorization-needed');
});

test('a bundle is approved in part, and only that part is submitted', async () => {
  const payments = [PAYMENT, { ...PAYMENT, status: 'Authorized' }, { ...PAYMENT, status: 'Rejected' }];
  bank.onApi = ({ method, body, path }) => {
    if (method === 'POST') return bank.signed(201, { ...PAYMENT, ...JSON.parse(body.toString()) });
    const submissionId = path.split('/').at(-1);
    return bank.signed(200, method === 'PUT' ? { ...SUBMISSION, submissionId } : { payments });
  };
  const tpp = bank.tpp();
  const { paymentIds } = await leaveWithBundle(tpp, [REQUEST, REQUEST], 'invoices-7');
  assert.equal(paymentIds.length, 2);
  assert.deepEqual(
    (await submitApproved(tpp, AUTHORIZATION_ID, tokens)).map(({ submissionId }) => submissionId),
    [PAYMENT_ID],
  );
});

test('a failed submission is told apart: unknown, too little money, refused', async () => {
  const tpp = bank.tpp();
  const run = () => submit(tpp, PAYMENT_ID, SUBMISSION.submissionId, tokens);
  const refusal = (status: number, type: string) =>
    bank.signed(status, {
      type: 'BUSINESS',
      message: 'no',
      id: 'rq-1',
      violations: [{ type, path: '', message: 'no' }],
    });
  bank.onApi = () => bank.signed(200, SUBMISSION);
  assert.equal((await run()).kind, 'submitted');
  bank.onApi = () => ({ status: 200, isSilent: true });
  assert.deepEqual(await run(), { kind: 'unknown', submissionId: SUBMISSION.submissionId });
  bank.onApi = () => refusal(422, 'InsufficientFunds');
  assert.deepEqual(await run(), { kind: 'too-little-money' });
  bank.onApi = () => refusal(409, 'IllegalState');
  assert.deepEqual(await run(), { kind: 'failed', code: 'ILLEGAL_STATE', quote: 'rq-1' });
});

test('addresses given one by one and a log of the wire work with the same client', async () => {
  const { endpoints, ...client } = bank.settings();
  const lines: string[] = [];
  const tpp = openByAddresses(withWireLog(client, (line) => lines.push(line)));
  assert.equal(tpp.endpoints.audience, 'https://mtls.apis.bank.example');
  const logged = bank.tpp({ ...withWireLog(client, (line) => lines.push(line)), endpoints });
  bank.onApi = () => bank.signed(200, PAYMENT);
  await logged.readPayment(PAYMENT_ID);
  assert.deepEqual(
    lines.map((line) => line.split(' ', 3).join(' ')),
    ['keys #1 GET', 'token #1 POST', 'payments #1 GET'],
  );
});

test('a TPP registers, and opens from the files that it wrote', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-tpp-register-'));
  const { ca, client } = bank.certificates;
  const files = {
    'client.crt': client.cert,
    'key.pem': client.key,
    'ca.crt': ca,
    'ssa-signing-key.pem': bank.signingKey,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  bank.onDiscovery = () => json(200, { ...bank.metadata(), registration_endpoint: `${bank.api}/register` });
  bank.onApi = () => json(201, registrationAnswer(bank));
  await register(bank.issuer, directory, 'https://banklify.example/jwks.json');
  const tpp = await Tpp.fromDirectory(directory);
  assert.equal(tpp.endpoints.token, `${bank.api}/oauth/token`);
  tpp.close();
  rmSync(directory, { recursive: true });
});

test('the README shows the default flow exactly as it is compiled and run here', () => {
  const example = readFileSync(new URL('../examples/default-flow.ts', import.meta.url), 'utf8');
  assert.ok(readMe.includes(`\`\`\`ts\n${example}\`\`\``));
});

test('the README lists every error code with its text, in the order of the table', () => {
  const rows = Object.entries(TPP_ERROR_CODES).map(
    ([code, { message, retrySafe }]) => `| \`${code}\` | ${retrySafe ? 'yes' : 'no'} | ${message} |`,
  );
  const listed = readMe.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  assert.deepEqual(listed, rows);
});

test('the example of a foreign payment pays an invoice', async () => {
  bank.onApi = ({ method }) => {
    if (method === 'POST') return bank.signed(201, FOREIGN_PAYMENT);
    const { submissionId } = SUBMISSION;
    const asked = bank.requestsTo('/submissions').at(-1)?.path.split('/').at(-1);
    const status = method === 'PUT' ? 'Accepted' : 'Submitted';
    return bank.signed(200, { ...SUBMISSION, submissionId: asked ?? submissionId, status });
  };
  const tpp = bank.tpp();
  const { paymentId, url } = await leaveWithInvoice(tpp, 'invoice-7');
  assert.equal(new URL(url).origin, bank.issuer);
  assert.equal((await payInvoice(tpp, paymentId, tokens)).status, 'Submitted');
  assert.ok(bank.requestsTo('/payments-psd2/').every(({ path }) => path.includes('/foreign-payments')));
});
