import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { playCustomer } from '../src/index.ts';
import { runLupa, startLupa } from './support/lupa-process.ts';
import { testSandbox } from './support/test-sandbox.ts';

const sandbox = testSandbox();
const IBAN = 'FI4950009420028730';
const pay = (...args: string[]) => ['pay', ...args, '--data', sandbox().dataDir];

test('lupa pay --approve shows each step with its call and what came back, and ends paid', async (t) => {
  const { exitCode, stdout, stderr } = await runLupa(t, pay('12.50', '--to', 'FI49 5000 9420 0287 30', '--approve'));
  assert.equal(exitCode, 0, stderr);
  assert.equal(stderr, '');
  const { api, authorize } = sandbox();
  for (const call of [
    `GET ${authorize}/.well-known/openid-configuration → 200`,
    `POST ${api}/oauth/token → 200`,
    `POST ${api}/payments-psd2/v1/sepa-payments → 201`,
  ]) {
    assert.ok(stdout.includes(call), call);
  }
  assert.match(stdout, /status +Unauthorized\n[\s\S]*aino logs in[\s\S]*status +Accepted\n[\s\S]*status +Submitted\n/);
  assert.match(stdout, /\nPaid\. 12\.50 EUR to Test Person, archive id \w+\.\n$/);
  assert.equal((await sandbox().bank.administration.trialBalance()).imbalanceCents, 0);
});

test('an instant payment approved on the phone is credited; with --json one line says so', async (t) => {
  const { exitCode, stdout } = await runLupa(
    t,
    pay('3', '--to', IBAN, '--instant', '--approve', '--factor', 'mobilekey', '--user', 'ville', '--json'),
  );
  assert.equal(exitCode, 0);
  assert.equal(stdout.split('\n').length, 2);
  const result = JSON.parse(stdout);
  assert.deepEqual(Object.keys(result), [
    'paymentId',
    'authorizationId',
    'submissionId',
    'amountEUR',
    'status',
    'archiveId',
  ]);
  assert.equal(result.amountEUR, '3.00');
  assert.equal(result.status, 'Credited');
});

test('lupa pay --exempt pays as the customer who approved last; refused, it says why and asks', async (t) => {
  const dir = sandbox().dataDir;
  const kept = join(dir, 'tpp', 'latest-approval.json');
  assert.equal((await runLupa(t, pay('1', '--to', IBAN, '--approve', '--json'))).exitCode, 0);
  assert.equal(statSync(kept).mode & 0o777, 0o600);
  const { exitCode, stdout } = await runLupa(t, pay('5.00', '--to', IBAN, '--exempt'));
  assert.equal(exitCode, 0, stdout);
  const steps = [...stdout.matchAll(/^\d (.*)$/gm)].map(([, title]) => title);
  assert.deepEqual(steps, [
    'Find the bank',
    'Reuse the earlier approval for a token of the customer',
    'Create the payment with that token',
    'Ask for the exemption, with a signed JWT',
    'Submit the payment',
    'Follow it until it is booked',
  ]);
  assert.match(stdout, /payer +FI9259995020084225/);
  assert.match(stdout, /\nPaid\. 5\.00 EUR to Test Person, archive id \w+\. The customer was not asked\.\n$/);
  assert.equal(statSync(kept).mode & 0o777, 0o600);
  const asked = await runLupa(t, pay('30', '--to', IBAN, '--exempt', '--approve'));
  assert.equal(asked.exitCode, 0, asked.stderr);
  assert.match(
    asked.stdout,
    /wants the customer to approve\. It says: No exemption: the amount is not less than 30\.00 EUR/,
  );
  assert.match(
    asked.stdout,
    /Revoke the payment[\s\S]*Create the payment anew[\s\S]*Send the customer to the bank[\s\S]*aino logs in/,
  );
  assert.doesNotMatch(asked.stdout, /not asked/);
  const result = JSON.parse((await runLupa(t, pay('29.99', '--to', IBAN, '--exempt', '--json'))).stdout);
  assert.deepEqual([result.exempt, result.whyNotExempt, result.status], [true, undefined, 'Submitted']);
});

test('lupa pay --exempt without an earlier approval says so and asks the customer', async (t) => {
  for (const content of [undefined, '{"tokens": 1}']) {
    const kept = join(sandbox().dataDir, 'tpp', 'latest-approval.json');
    if (content === undefined) rmSync(kept, { force: true });
    else writeFileSync(kept, content);
    const { exitCode, stdout } = await runLupa(t, pay('1', '--to', IBAN, '--exempt', '--approve'));
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /Nobody has approved a payment here yet[\s\S]*aino logs in[\s\S]*\nPaid\. 1\.00 EUR/);
  }
});

test('without --approve it prints an address, waits there for the customer and nobody else, then pays', async (t) => {
  const lupa = startLupa(t, pay('1', '--to', IBAN, '--reference', '1232'));
  const entrance = (await lupa.printed('stdout', /http:\/\/localhost:818\d\/\n/)).trim();
  await lupa.printed('stdout', /Waiting for you/);
  assert.equal((await fetch(`${entrance}callback?code=stolen&state=wrong`)).status, 400);
  assert.equal((await fetch(`${entrance}favicon.ico`)).status, 404);
  const bank = (await fetch(entrance, { redirect: 'manual' })).headers.get('location') ?? '';
  assert.ok(bank.startsWith(`${sandbox().authorize}/oauth/authorize?`));
  const callbackUrl = await playCustomer({ authorizationUrl: bank, username: 'aino', password: 'aino-salasana' });
  assert.ok(callbackUrl.startsWith(`${entrance}callback?code=`), callbackUrl.slice(0, 50));
  assert.match(await (await fetch(callbackUrl)).text(), /back from the bank/);
  assert.equal(await lupa.ended(), 0);
  assert.match(lupa.output.stdout, /\nPaid\. 1\.00 EUR/);
});

test('a payment that fails says why in plain words and ends with 1', async (t) => {
  const failing: [string[], RegExp][] = [
    [['30', '--to', IBAN, '--user', 'elsa'], /INSUFFICIENT_FUNDS[\s\S]*another customer with --user/],
    [['30', '--to', 'DE89370400440532013000'], /payee\.address[\s\S]*payee\.country/],
    [['30', '--to', IBAN, '--user', 'nobody'], /There is no test user nobody\. Take one of aino, ville/],
  ];
  for (const [args, said] of failing) {
    const { exitCode, stderr } = await runLupa(t, pay(...args, '--approve'));
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, said);
  }
});

test('a payee abroad is paid with an address; the country is the IBAN’s', async (t) => {
  const abroad = ['--to', 'DE89370400440532013000', '--address', 'Hauptstr. 1', 'Berlin'];
  const { exitCode, stderr } = await runLupa(t, pay('5', ...abroad, '--approve', '--json'));
  assert.equal(exitCode, 0, stderr);
});

test('when none of its ports is free it says so', async (t) => {
  const squatters = await Promise.all(
    [8182, 8183, 8184].map(async (port) => {
      const server = createServer().listen(port, '127.0.0.1');
      // A port that somebody else has already is taken all the same.
      await Promise.race([once(server, 'listening'), once(server, 'error')]);
      return server;
    }),
  );
  t.after(() => squatters.forEach((server) => void server.close()));
  const { exitCode, stderr } = await runLupa(t, pay('1', '--to', IBAN));
  assert.equal(exitCode, 1);
  assert.match(stderr, /Ports 8182, 8183, 8184 are all taken\..*--approve/);
});
