import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { SepaPayment, Submission } from '@lupa/protocol';
import type { SandboxFacts } from '../../packages/sandbox/src/sandbox-facts.ts';
import { type LupaProcess, startLupa } from './support/lupa-process.ts';
import { headersOf, runShell, type Said, statusOf } from './support/shell.ts';

/**
 * The calls of the workflow document (contract §1, source W) as they stand there, with curl and openssl and nothing else. Only
 * addresses, ids and the values in angle brackets are other; the latter are shell variables of the same names.
 */
const CURL = 'curl -vk --key key.pem --cert client.crt';
const SAMPLE_BODY =
  '{"payee":{"iban":"FI4950009420028730", "name":"Test_Person"}, "payer":{"iban":"FI9259995020084225"}, "message":"test_payment", "amountEUR":"4.00"}';
/** The document's own payer account is another customer's in this sandbox. */
const EXEMPTION_BODY =
  '{"payee":{"iban":"FI4950009420028730", "name":"Test_Person"}, "payer":{"iban":"FI9259995020084225"}, "message":"test_payment", "amountEUR":"5.00"}';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** As W prints them: milliseconds and the offset of Helsinki. */
const HELSINKI_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[23]:00$/;

describe('the workflow document, with curl and openssl alone', () => {
  let home: string;
  let lupa: LupaProcess;
  let bank: SandboxFacts;
  let values: Record<string, string>;
  let payment: SepaPayment;
  let createdSaid: Said;

  /** Runs in the directory of the demo TPP's files, as the document assumes. */
  const shell = (script: string, more: Readonly<Record<string, string>> = {}) =>
    runShell(script, dirname(bank.tpp.cert), { ...values, ...more });

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'lupa-workflow-'));
    lupa = await startLupa({ dataDir: join(home, 'data') });
    bank = lupa.facts;
    const { clientId, clientSecret, apiKey, signingKid } = bank.tpp;
    values = {
      API: bank.api,
      AUTHORIZE: bank.authorize,
      client_id: clientId,
      client_secret: clientSecret,
      API_KEY: apiKey,
      KID: signingKid,
    };
  });

  after(async () => {
    assert.equal(await lupa.end('SIGTERM'), 0, 'lupa up does not end cleanly');
    await rm(home, { recursive: true, force: true });
  });

  test('step 2: client credentials give a token, in exactly the members of the document', () => {
    const said = shell(
      `${CURL} -d "grant_type=client_credentials&scope=payments&client_id=$client_id&client_secret=$client_secret" "$API/oauth/token"`,
    );
    assert.equal(statusOf(said), 200);
    assert.equal(headersOf(said)['cache-control'], 'no-store');
    const { access_token: token, ...rest } = JSON.parse(said.out);
    assert.deepEqual(rest, { token_type: 'bearer', scope: 'payments', status: 'approved', expires_in: '86399' });
    assert.deepEqual(Object.keys(JSON.parse(said.out)), [
      ...['token_type', 'access_token', 'scope', 'status', 'expires_in'],
    ]);
    values.ACCESS_TOKEN = token;
  });

  test('step 3: a payment is created with the sample body, signed by openssl', () => {
    const { out: signature } = shell(
      `header=$(printf '{"kid":"%s","alg":"ES256"}' "$KID" | base64url)
      body=$(printf '%s' "$BODY" | base64url)
      printf '%s..%s' "$header" "$(printf '%s.%s' "$header" "$body" | sign_es256 ssa-signing-key.pem)"`,
      { BODY: SAMPLE_BODY },
    );
    createdSaid = shell(
      `${CURL} \
-H "x-api-key: $API_KEY" \
-H "Authorization: Bearer $ACCESS_TOKEN" \
-H "x-jws-signature: $SIGNATURE" \
-H 'x-fapi-interaction-id: 351cd754-1177-4f87-812e-3a996a44aba8' \
-H 'Accept: application/json' \
-H 'Content-Type: application/json' \
-H 'x-idempotency-key: 10b2a89b-c491-4377-8fe0-a72d52028f3f' \
-d '${SAMPLE_BODY}' "$API/payments-psd2/v1/sepa-payments"`,
      { SIGNATURE: signature },
    );
    assert.equal(statusOf(createdSaid), 201, createdSaid.out);
    assert.equal(headersOf(createdSaid)['x-fapi-interaction-id'], '351cd754-1177-4f87-812e-3a996a44aba8');
    payment = JSON.parse(createdSaid.out);
    const { paymentId, authorizationId, created, modified, ...rest } = payment;
    assert.deepEqual(rest, {
      status: 'Unauthorized',
      detailsOfCharges: 'SHA',
      paymentOrder: 'SEPA',
      count: 1,
      payer: { iban: 'FI9259995020084225' },
      message: 'test_payment',
      paymentType: 'SepaPayment',
      payee: { name: 'Test_Person', iban: 'FI4950009420028730' },
      amountEUR: '4.00',
    });
    assert.match(paymentId, UUID);
    assert.match(authorizationId, UUID);
    for (const time of [created, modified]) assert.match(time, HELSINKI_TIME);
    assert.equal(headersOf(createdSaid).location, `/payments-psd2/v1/sepa-payments/${paymentId}`);
    Object.assign(values, { PAYMENT: paymentId, AUTHORIZATION: authorizationId });
  });

  test('step 3: the same body unsigned is refused', () => {
    const said = shell(
      `${CURL} -H "x-api-key: $API_KEY" -H "Authorization: Bearer $ACCESS_TOKEN" -H 'x-idempotency-key: unsigned' -d '${SAMPLE_BODY}' "$API/payments-psd2/v1/sepa-payments"`,
    );
    assert.equal(statusOf(said), 400);
    assert.equal(JSON.parse(said.out).type, 'SECURITY');
  });

  test('step 8: the signature of an answer is verified by openssl, and fails for one changed byte', async () => {
    await writeFile(join(dirname(bank.tpp.cert), 'answer.json'), createdSaid.out);
    const verification = `curl -s "$AUTHORIZE/jwks/payments/jwks.json" > jwks.json
      header=\${SIGNATURE%%..*}
      [ "$(printf '%s' "$header" | unbase64url | json_member alg)" = ES256 ]
      [ "$(printf '%s' "$header" | unbase64url | json_member kid)" = "$(json_member kid < jwks.json)" ]
      pem_of_jwk "$(json_member x < jwks.json)" "$(json_member y < jwks.json)" > response.pem
      printf '%s' "\${SIGNATURE##*..}" | unbase64url | der_of_raw > response.sig
      printf '%s.%s' "$header" "$(base64url < answer.json)" > input.txt
      openssl dgst -sha256 -verify response.pem -signature response.sig input.txt
      printf '%s.%s' "$header" "$(sed 's/4.00/4.01/' answer.json | base64url)" > changed.txt
      openssl dgst -sha256 -verify response.pem -signature response.sig changed.txt || true`;
    const { out } = shell(verification, { SIGNATURE: headersOf(createdSaid)['x-jws-signature'] ?? '' });
    assert.equal(out, 'Verified OK\nVerification failure\n');
  });

  test('step 3: a payment is examined and deleted', () => {
    const other = shell(
      `body='{"payee":{"iban":"FI4950009420028730","name":"Test_Person"},"message":"to be deleted","amountEUR":"1"}'
      header=$(printf '{"kid":"%s","alg":"ES256"}' "$KID" | base64url)
      signature=$(printf '%s.%s' "$header" "$(printf '%s' "$body" | base64url)" | sign_es256 ssa-signing-key.pem)
      ${CURL} -H "x-api-key: $API_KEY" -H "Authorization: Bearer $ACCESS_TOKEN" -H "x-jws-signature: $header..$signature" -H 'x-idempotency-key: deleted' -d "$body" "$API/payments-psd2/v1/sepa-payments"`,
    );
    assert.equal(statusOf(other), 201, other.out);
    const at = { OTHER: JSON.parse(other.out).paymentId };
    const credentials = '-H "x-api-key: $API_KEY" -H "Authorization: Bearer $ACCESS_TOKEN"';
    const url = '"$API/payments-psd2/v1/sepa-payments/$OTHER"';
    const read = shell(`${CURL} ${credentials} ${url}`, at);
    assert.equal(statusOf(read), 200);
    assert.equal(read.out, other.out);
    const deleted = shell(`${CURL} -X DELETE ${credentials} ${url}`, at);
    assert.equal(statusOf(deleted), 200);
    assert.equal(JSON.parse(deleted.out).status, 'Revoked');
    assert.equal(statusOf(shell(`${CURL} -X DELETE ${credentials} ${url}`, at)), 409);
  });

  test('step 3: an authorization is examined, with its payments', () => {
    const said = shell(
      `${CURL} -H "x-api-key: $API_KEY" -H "Authorization: Bearer $ACCESS_TOKEN" "$API/payments-psd2/v1/authorizations/$AUTHORIZATION?include=payments"`,
    );
    assert.equal(statusOf(said), 200);
    const { authorizationId, status, sepaPayments } = JSON.parse(said.out);
    assert.deepEqual(
      { authorizationId, status, sepaPayments },
      {
        authorizationId: payment.authorizationId,
        status: 'Unauthorized',
        sepaPayments: [payment],
      },
    );
  });

  test('step 4.1: the request is a JWT of the documented header and payload, signed by openssl', () => {
    const { out } = shell(
      `now=$(date +%s)
      header=$(printf '{"alg":"ES256","typ":"JWT","kid":"%s"}' "$KID" | base64url)
      id='"authorizationId":{"value":"'$AUTHORIZATION'","essential":true}'
      payload=$(printf '{"aud":"%s","iss":"%s","response_type":"code id_token","client_id":"%s","redirect_uri":"%s","scope":"openid payments","state":"bb16b497-097f-4528-9380-4305eb760232","nonce":"76fb7d3a-3a14-4bf7-96fd-e770c3c1e33e","max_age":86400,"exp":%s,"iat":%s,"claims":{"userinfo":{%s},"id_token":{%s,"acr":{"essential":true,"values":["urn:openbanking:psd2:sca"]}}}}' \
        "$API" "$client_id" "$client_id" https://localhost:8181/oauth/access_token $((now + 900)) "$now" "$id" "$id" | base64url)
      printf '%s.%s.%s' "$header" "$payload" "$(printf '%s.%s' "$header" "$payload" | sign_es256 ssa-signing-key.pem)"`,
    );
    assert.match(out, /^[\w-]+\.[\w-]+\.[\w-]{86}$/);
    values.REQUEST = out;
  });

  test('step 4.2 to 4.4: the customer is redirected, approves with a key code and comes back with code and ID token', () => {
    const { out } = shell(
      `browser() { curl -s -b jar -c jar -D headers "$@" > page.html; }
      # The address a page sends the browser on to, on the bank's own origin or at the TPP.
      next() {
        address=$(tr -d '\\r' < headers | sed -n -e 's/^[Ll]ocation: //p' -e 's/^[Rr]efresh: .*url=//p')
        case $address in /*) address="$AUTHORIZE$address" ;; esac
        printf '%s' "$address"
      }
      token() { sed -n 's/.*name="token" value="\\([^"]*\\)".*/\\1/p' page.html | head -n 1; }
      send() { browser --data-urlencode "token=$(token)" "$@" "$page"; }
      rm -f jar
      browser -G "$AUTHORIZE/oauth/authorize" --data-urlencode "request=$REQUEST" --data-urlencode 'response_type=code id_token' \
        --data-urlencode "client_id=$client_id" --data-urlencode 'scope=openid payments'
      page=$(next)
      browser "$page"
      send -d username=aino -d password=aino-salasana -d action=continue
      browser "$(next)"
      grep -q 'Test_Person' page.html
      grep -q 'FI49 5000 9420 0287 30' page.html
      send -d "payments=$PAYMENT" -d account=FI9259995020084225 -d factor=keycode -d action=continue
      browser "$(next)"
      number=$(sed -n 's/.*data-key-number="\\([0-9]*\\)".*/\\1/p' page.html)
      code=$(curl -s -H 'Accept: application/json' "$AUTHORIZE/sandbox/key-card/aino" | json_member "$number")
      send -d "code=$code" -d action=approve
      while address=$(next); case $address in "$AUTHORIZE"/*) true ;; *) false ;; esac; do browser "$address"; done
      printf '%s' "$address"`,
    );
    assert.ok(out.startsWith('https://localhost:8181/oauth/access_token#'), out);
    const { code, id_token: idToken, ...rest } = Object.fromEntries(new URLSearchParams(new URL(out).hash.slice(1)));
    assert.deepEqual(rest, { state: 'bb16b497-097f-4528-9380-4305eb760232', iss: bank.authorize });
    assert.ok(code && idToken);
    Object.assign(values, { CODE: code, ID_TOKEN: idToken });
  });

  test('step 4.4: the ID token is signed RS256, and its hashes are those of code and state', () => {
    const { out } = shell(
      `half() { openssl dgst -sha256 -binary | dd bs=1 count=16 2> /dev/null | base64url; }
      printf '%s' "\${ID_TOKEN%%.*}" | unbase64url
      echo
      printf '%s' "$ID_TOKEN" | cut -d . -f 2 | unbase64url
      echo
      printf '%s' "$CODE" | half
      echo
      printf '%s' bb16b497-097f-4528-9380-4305eb760232 | half`,
    );
    const [header = '', claims = '', codeHash, stateHash] = out.split('\n');
    assert.deepEqual(Object.keys(JSON.parse(header)).sort(), ['alg', 'kid', 'typ']);
    assert.equal(JSON.parse(header).alg, 'RS256');
    const { iat, exp, ...rest } = JSON.parse(claims);
    assert.equal(exp - iat, 600);
    assert.deepEqual(rest, {
      iss: bank.authorize,
      aud: bank.tpp.clientId,
      sub: payment.authorizationId,
      authorizationId: payment.authorizationId,
      acr: 'urn:openbanking:psd2:sca',
      nonce: '76fb7d3a-3a14-4bf7-96fd-e770c3c1e33e',
      c_hash: codeHash,
      s_hash: stateHash,
    });
  });

  test('step 5: the code is exchanged, its redirect_uri not even URL-encoded', () => {
    const said = shell(
      `${CURL} -d "grant_type=authorization_code&client_id=$client_id&client_secret=$client_secret&code=$CODE&redirect_uri=https://localhost:8181/oauth/access_token" "$API/oauth/token"`,
    );
    assert.equal(statusOf(said), 200, said.out);
    const { access_token: access, refresh_token: refresh, id_token: idToken, ...rest } = JSON.parse(said.out);
    assert.deepEqual(rest, { scope: 'openid payments', token_type: 'bearer', expires_in: 3600 });
    assert.ok(access && refresh && idToken);
    Object.assign(values, { USER_TOKEN: access, REFRESH_TOKEN: refresh });
  });

  test('step 5: the code of the document, which this bank never gave, is refused', () => {
    const said = shell(
      `${CURL} -d "grant_type=authorization_code&client_id=$client_id&client_secret=$client_secret&code=$CODE&redirect_uri=https%3A%2F%2Flocalhost%3A8181%2Foauth%2Faccess_token" "$API/oauth/token"`,
      { CODE: 'wpj94iuZRzFvmHHpIFba7b1QiZweXm' },
    );
    assert.equal(statusOf(said), 400);
    assert.equal(JSON.parse(said.out).error, 'invalid_grant');
  });

  test('refreshing tokens: the answer is like that of a normal token request', () => {
    const said = shell(
      `${CURL} -d "grant_type=refresh_token&refresh_token=$REFRESH_TOKEN&client_id=$client_id&client_secret=$client_secret" "$API/oauth/token"`,
    );
    assert.equal(statusOf(said), 200, said.out);
    const { access_token: access, refresh_token: refresh, id_token: idToken, ...rest } = JSON.parse(said.out);
    assert.deepEqual(rest, { scope: 'openid payments', token_type: 'bearer', expires_in: 3600 });
    assert.ok(idToken);
    assert.notEqual(access, values.USER_TOKEN);
    assert.notEqual(refresh, values.REFRESH_TOKEN);
    Object.assign(values, { USER_TOKEN: access, REFRESH_TOKEN_FROM_SCA: refresh });
  });

  test('step 6: the payment is submitted with Content-Length: 0', () => {
    const said = shell(
      `${CURL} -X PUT -H "x-api-key: $API_KEY" -H "Authorization: Bearer $USER_TOKEN" -H 'Content-Length: 0' "$API/payments-psd2/v1/sepa-payments/$PAYMENT/submissions/1"`,
    );
    assert.equal(statusOf(said), 200, said.out);
    const submission: Submission = JSON.parse(said.out);
    assert.equal(submission.submissionId, '1');
    assert.ok(['Accepted', 'Submitted'].includes(submission.status), submission.status);
    for (const time of [submission.created, submission.modified]) assert.match(time, HELSINKI_TIME);
  });

  test('step 7: the status is polled at /payments until the money has moved', () => {
    const { out } = shell(
      `for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        answer=$(curl -sk --key key.pem --cert client.crt -H "x-api-key: $API_KEY" -H "Authorization: Bearer $USER_TOKEN" "$API/payments-psd2/v1/payments/$PAYMENT?include=submissions")
        case $answer in *'"Submitted"'*) break ;; esac
        sleep 0.25
      done
      printf '%s' "$answer"`,
    );
    const { status, submissions, ...rest } = JSON.parse(out);
    assert.equal(rest.paymentId, payment.paymentId);
    assert.equal(status, 'Completed');
    assert.equal(submissions.length, 1);
    assert.equal(submissions[0].status, 'Submitted');
    assert.ok(submissions[0].archiveId);
  });

  test('exemption step 2: the refresh token gives an access token for the customer', () => {
    const said = shell(
      `${CURL} -d "grant_type=refresh_token&refresh_token=$REFRESH_TOKEN_FROM_SCA&scope=payments&client_id=$client_id&client_secret=$client_secret" "$API/oauth/token"`,
    );
    assert.equal(statusOf(said), 200, said.out);
    const { access_token: access, refresh_token: refresh, ...rest } = JSON.parse(said.out);
    assert.deepEqual(rest, { scope: 'payments', token_type: 'bearer', expires_in: 3600 });
    assert.notEqual(refresh, values.REFRESH_TOKEN_FROM_SCA);
    Object.assign(values, { ACCESS_TOKEN: access, REFRESH_TOKEN_FROM_SCA: refresh });
  });

  test('exemption step 3: the payment is created with it, signed, and the headers about the customer are taken', () => {
    const said = shell(
      `header=$(printf '{"kid":"%s","alg":"ES256"}' "$KID" | base64url)
      signature=$(printf '%s.%s' "$header" "$(printf '%s' "$BODY" | base64url)" | sign_es256 ssa-signing-key.pem)
      ${CURL} \
-H "x-api-key: $API_KEY" \
-H "Authorization: Bearer $ACCESS_TOKEN" \
-H "x-jws-signature: $header..$signature" \
-H 'x-fapi-customer-ip-address: 192.0.2.7' \
-H 'x-customer-user-agent: Mozilla/5.0' \
-H 'x-fapi-customer-last-logged-time: Sun, 10 Sep 2017 19:43:31 UTC' \
-H 'x-fapi-financial-id: test' \
-H 'Accept: application/json' \
-H 'Content-Type: application/json' \
-H 'x-idempotency-key: idempotent_5' \
-d "$BODY" "$API/payments-psd2/v1/sepa-payments"`,
      { BODY: EXEMPTION_BODY },
    );
    assert.equal(statusOf(said), 201, said.out);
    const { paymentId, authorizationId, status, amountEUR } = JSON.parse(said.out);
    assert.deepEqual([status, amountEUR], ['Unauthorized', '5.00']);
    assert.notEqual(authorizationId, payment.authorizationId);
    Object.assign(values, { PAYMENT: paymentId, AUTHORIZATION: authorizationId });
  });

  test('exemption step 4: the sample JWT, which has neither exp nor iat, fetches the exemption token', () => {
    const { out: jwt } = shell(
      `header=$(printf '{"alg":"ES256","typ":"JWT","kid":"%s"}' "$KID" | base64url)
      id='"authorizationId":{"value":"'$AUTHORIZATION'","essential":true}'
      payload=$(printf '{"iss":"%s","aud":"%s","response_type":"token","client_id":"%s","scope":"payments","state":"1234","nonce":"ttpp1573632173204","max_age":86400,"claims":{"id_token":{"acr":{"values":["urn:openbanking:psd2:ca"],"essential":true},%s},"userinfo":{%s}}}' \
        "$client_id" "$API" "$client_id" "$id" "$id" | base64url)
      printf '%s.%s.%s' "$header" "$payload" "$(printf '%s.%s' "$header" "$payload" | sign_es256 ssa-signing-key.pem)"`,
    );
    values.EXEMPTION_JWT = jwt;
    const call = `${CURL} -d "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=$EXEMPTION_JWT&response_type=token&client_id=$client_id&client_secret=$client_secret&scope=payments" "$API/oauth/token"`;
    const said = shell(call);
    assert.equal(statusOf(said), 200, said.out);
    assert.equal(headersOf(said)['cache-control'], 'no-store');
    const { access_token: access, ...rest } = JSON.parse(said.out);
    assert.deepEqual(rest, { token_type: 'bearer', expires_in: 3600, scope: 'payments' });
    values.ACCESS_TOKEN = access;
    const again = shell(call);
    assert.equal(statusOf(again), 400);
    assert.deepEqual(JSON.parse(again.out), {
      error: 'invalid_grant',
      error_description: 'nonce was used before',
    });
  });

  test('exemption step 5: the payment is submitted with it, and no page was ever shown', () => {
    const said = shell(
      `${CURL} -X PUT -H "x-api-key: $API_KEY" -H "Authorization: Bearer $ACCESS_TOKEN" -H 'Content-Length: 0' "$API/payments-psd2/v1/sepa-payments/$PAYMENT/submissions/1"`,
    );
    assert.equal(statusOf(said), 200, said.out);
    assert.ok(['Accepted', 'Submitted'].includes(JSON.parse(said.out).status), said.out);
  });
});
