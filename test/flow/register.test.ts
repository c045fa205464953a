import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { playCustomer } from '@lupa/sandbox';
import { Tpp } from '@lupa/tpp';
import { runLupa, startLupaUp } from './support/lupa-command.ts';
import { headersOf, runShell, statusOf } from './support/shell.ts';

/**
 * From an empty directory to a payment with a registration of one's own: `lupa up`, `lupa register`, `lupa pay --tpp`, each a process as a
 * person starts it. Then the workflow document's calls (contract §1, source W), with curl and openssl, and nothing but the written files.
 */
const FILES = [
  'bank.json',
  'ca.crt',
  'client.crt',
  'key.pem',
  'private-jwks.json',
  'public-jwks.json',
  'registration-result.txt',
  'ssa-signing-key.pem',
];
const PAYEE = 'FI4950009420028730';
const REDIRECT_URI = 'https://localhost:8181/oauth/access_token';

describe('from an empty directory to a payment', () => {
  let home: string;
  let up: Awaited<ReturnType<typeof startLupaUp>>;
  const lupa = (...args: string[]) => runLupa(args, home);

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'lupa-register-'));
    up = await startLupaUp(home);
  });
  after(async () => {
    assert.equal(await up.end(), 0, 'lupa up does not end cleanly');
    await rm(home, { recursive: true, force: true });
  });

  test('lupa register shows each step and what to do next, and writes a directory that is its owner’s alone', async () => {
    const { exitCode, stdout, stderr } = await lupa('register', '--name', 'Kivi');
    assert.equal(exitCode, 0, stderr);
    assert.equal(stderr, '');
    const steps = [...stdout.matchAll(/^\d (.*)$/gm)].map(([, title]) => title);
    assert.deepEqual(steps, [
      'Find the bank',
      'Have keys and certificates made',
      'Fetch the public keys from where the bank will',
      'Sign the software statement and the registration, and register',
      'Write the files',
    ]);
    assert.match(stdout, /POST https:\/\/localhost:\d+\/tpp-registration\/register → 201/);
    assert.match(stdout, /\nRegistered: tpp is client [\w.~-]+ of http:\/\/localhost:\d+\.\n/);
    assert.match(stdout, /npx lupa pay 12\.50 --to FI4950009420028730 --approve --tpp tpp\n/);
    assert.deepEqual((await readdir(join(home, 'tpp'))).sort(), FILES);
    assert.equal((await stat(join(home, 'tpp'))).mode & 0o777, 0o700);
    for (const name of FILES) assert.equal((await stat(join(home, 'tpp', name))).mode & 0o777, 0o600, name);
    const secrets = JSON.parse(
      (await readFile(join(home, 'tpp/registration-result.txt'), 'utf8')).replace(/ssaS.*/, ''),
    );
    for (const name of ['client_secret', 'api_key', 'registration_access_token']) {
      assert.ok(secrets[name].length > 20 && !stdout.includes(secrets[name]), name);
    }
  });

  test('what it says to try works as it is: the shell lines fetch a token', async () => {
    const { stdout } = await lupa('register', '--out', 'my tpp');
    const lines = stdout.split('\n').map((line) => line.trim());
    const from = lines.indexOf("cd 'my tpp'");
    assert.ok(from > 0, stdout);
    const { out } = runShell(lines.slice(from, from + 5).join('\n'), home);
    assert.equal(JSON.parse(out).token_type, 'bearer');
  });

  test('lupa pay --tpp pays as the new TPP, and again without the customer', async () => {
    const paid = await lupa('pay', '12.50', '--to', PAYEE, '--approve', '--tpp', 'tpp');
    assert.equal(paid.exitCode, 0, paid.stderr);
    assert.match(paid.stdout, /\nPaid\. 12\.50 EUR/);
    const again = await lupa('pay', '5', '--to', PAYEE, '--exempt', '--tpp', 'tpp', '--json');
    assert.equal(again.exitCode, 0, again.stderr);
    assert.equal(JSON.parse(again.stdout).exempt, true);
  });

  test('a second registration is another client; the first directory is safe', async () => {
    const before = await readFile(join(home, 'tpp/registration-result.txt'), 'utf8');
    const { exitCode, stderr, stdout } = await lupa('register');
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /tpp already holds a registration, of client [\w.~-]+\. .*--force/);
    assert.equal(await readFile(join(home, 'tpp/registration-result.txt'), 'utf8'), before);
    const other = await lupa('register', '--out', 'other', '--json');
    const result = JSON.parse(other.stdout);
    assert.equal(result.registered, true);
    assert.ok(!before.includes(result.clientId));
    assert.equal(result.directory, join(home, 'other'));
  });

  test('the SDK opens from the directory alone, and calls the bank', async () => {
    const tpp = await Tpp.fromDirectory(join(home, 'tpp'), { redirectUri: REDIRECT_URI });
    const payment = await tpp.createPayment({
      amountEUR: '4.00',
      payee: { iban: PAYEE, name: 'Test Person' },
      message: 'by the SDK',
    });
    assert.equal(payment.status, 'Unauthorized');
    tpp.close();
  });

  test('a registration by a file in the shape of OP’s example', async () => {
    const config = {
      sandbox: {
        aud: 'https://op.fi/',
        country: 'fi',
        registration_url: 'https://mtls.bank.example/tpp-registration/register',
        certificate_url: 'https://sandbox.bank.example/psd2-sandbox-tpp-generator/sandbox-tpp',
        redirect_uris: ['https://testtpp.example/1', 'https://testtpp.example/2'],
        grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
        tpp_id: 'TEST TPP',
        api_key: '<your_api_key_here>',
        ssa: {
          software_roles: ['PIS', 'AIS', 'CBPII'],
          software_jwks_revoked_endpoint: 'http://localhost:8899/.revoked/jwks.json',
          software_client_name: 'test-client',
          software_client_uri: 'https://tpp.example',
          software_redirect_uris: [
            'https://testtpp.example/1',
            'https://testtpp.example/2',
            'https://testtpp.example/3',
          ],
          org_name: 'Test TPP',
          org_contacts: [{ name: 'Contact', email: 'info@tpp.example', phone: '+358123456', type: 'Support' }],
        },
      },
    };
    await writeFile(join(home, 'env.json'), JSON.stringify(config));
    const made = await lupa('register', '--config', 'env.json', '--bank', up.facts.authorize, '--out', 'op', '--json');
    assert.equal(made.exitCode, 0, made.stderr);
    const { clientName, redirectUris } = JSON.parse(made.stdout);
    assert.deepEqual([clientName, redirectUris], ['test-client', config.sandbox.redirect_uris]);
  });

  describe('the workflow document’s calls, with the written files alone', () => {
    const CURL = 'curl -v --cacert ca.crt --key key.pem --cert client.crt';
    const BODY = `{"payee":{"iban":"${PAYEE}","name":"Test_Person"},"payer":{"iban":"FI9259995020084225"},"message":"test_payment","amountEUR":"4.00"}`;
    const values: Record<string, string> = {};
    /** Every value comes from a file, or from an answer. */
    const READ = `result() { json_member "$1" < registration-result.txt; }
      client_id=$(result client_id) client_secret=$(result client_secret) API_KEY=$(result api_key)
      KID=$(sed -n 's/^ssaSigningKid: //p' registration-result.txt)
      AUTHORIZE=$(json_member bank < bank.json)`;
    const shell = (script: string, more: Readonly<Record<string, string>> = {}) =>
      runShell(`${READ}\n${script}`, join(home, 'tpp'), { ...values, ...more });

    test('the bank’s addresses are in its discovery document', () => {
      const { out } = shell(`curl -s "$AUTHORIZE/.well-known/openid-configuration"`);
      values.API = new URL(JSON.parse(out).mtls_endpoint_aliases.token_endpoint).origin;
    });

    test('steps 2 and 3: a token, and a signed payment', () => {
      const token = shell(
        `${CURL} -d "grant_type=client_credentials&scope=payments&client_id=$client_id&client_secret=$client_secret" "$API/oauth/token"`,
      );
      assert.equal(statusOf(token), 200, token.out);
      values.ACCESS_TOKEN = JSON.parse(token.out).access_token;
      const said = shell(
        `header=$(printf '{"kid":"%s","alg":"ES256"}' "$KID" | base64url)
        signature=$(printf '%s.%s' "$header" "$(printf '%s' "$BODY" | base64url)" | sign_es256 ssa-signing-key.pem)
        ${CURL} -H "x-api-key: $API_KEY" -H "Authorization: Bearer $ACCESS_TOKEN" -H "x-jws-signature: $header..$signature" \
          -H 'x-idempotency-key: register-1' -H 'Content-Type: application/json' -d "$BODY" "$API/payments-psd2/v1/sepa-payments"`,
        { BODY },
      );
      assert.equal(statusOf(said), 201, said.out);
      const { paymentId, authorizationId } = JSON.parse(said.out);
      Object.assign(values, { PAYMENT: paymentId, AUTHORIZATION: authorizationId });
      assert.ok(headersOf(said)['x-jws-signature']);
    });

    test('step 4: the request, signed with the QSEALC’s key, brings the customer back with a code', () => {
      const { out } = shell(
        `now=$(date +%s)
        header=$(printf '{"alg":"ES256","typ":"JWT","kid":"%s"}' "$KID" | base64url)
        id='"authorizationId":{"value":"'$AUTHORIZATION'","essential":true}'
        payload=$(printf '{"aud":"%s","iss":"%s","response_type":"code","client_id":"%s","redirect_uri":"%s","scope":"openid payments","state":"state-1","nonce":"nonce-1","max_age":86400,"exp":%s,"iat":%s,"claims":{"userinfo":{%s},"id_token":{%s,"acr":{"essential":true,"values":["urn:openbanking:psd2:sca"]}}}}' \
          "$API" "$client_id" "$client_id" ${REDIRECT_URI} $((now + 900)) "$now" "$id" "$id" | base64url)
        printf '%s.%s.%s %s %s' "$header" "$payload" "$(printf '%s.%s' "$header" "$payload" | sign_es256 ssa-signing-key.pem)" "$client_id" "$AUTHORIZE"`,
      );
      const [request = '', clientId = '', authorize] = out.split(' ');
      const url = new URL('/oauth/authorize', authorize);
      const query = { request, response_type: 'code', client_id: clientId, scope: 'openid payments' };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      values.URL = url.href;
    });

    test('steps 4.2 to 7: the customer approves, the code is exchanged, the payment submitted and booked', async () => {
      const back = await playCustomer({
        authorizationUrl: values.URL ?? '',
        username: 'aino',
        password: 'aino-salasana',
      });
      assert.ok(back.startsWith(`${REDIRECT_URI}?`), back);
      values.CODE = new URL(back).searchParams.get('code') ?? '';
      const token = shell(
        `${CURL} -d "grant_type=authorization_code&client_id=$client_id&client_secret=$client_secret&code=$CODE&redirect_uri=${REDIRECT_URI}" "$API/oauth/token"`,
      );
      assert.equal(statusOf(token), 200, token.out);
      values.USER_TOKEN = JSON.parse(token.out).access_token;
      const said = shell(
        `${CURL} -X PUT -H "x-api-key: $API_KEY" -H "Authorization: Bearer $USER_TOKEN" -H 'Content-Length: 0' "$API/payments-psd2/v1/sepa-payments/$PAYMENT/submissions/1"
        for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
          answer=$(curl -s --cacert ca.crt --key key.pem --cert client.crt -H "x-api-key: $API_KEY" -H "Authorization: Bearer $USER_TOKEN" "$API/payments-psd2/v1/payments/$PAYMENT")
          case $answer in *'"Completed"'*) break ;; esac
          sleep 0.5
        done
        printf '\\n%s' "$answer"`,
      );
      assert.equal(JSON.parse(said.out.split('\n').at(-1) ?? '').status, 'Completed');
    });
  });
});
