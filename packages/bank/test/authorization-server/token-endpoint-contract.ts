import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { connect } from 'node:tls';
import type { OpenBank } from './bank-under-test.ts';
import { newCode } from './flow.ts';
import type { ApiAnswer } from './test-tpp.ts';

const GRANT = { grant_type: 'client_credentials', scope: 'payments' };

/** Contract §2: the token endpoint, client credentials and client authentication. */
export function tokenEndpointContract(bank: OpenBank): void {
  describe('client credentials', () => {
    test('the answer is the workflow document’s, expires_in a string', async () => {
      const { status, json, headers } = await bank().tppA.token(GRANT);
      assert.equal(status, 200);
      const { access_token, ...rest } = json;
      assert.deepEqual(rest, { token_type: 'bearer', scope: 'payments', status: 'approved', expires_in: '86399' });
      assert.match(String(access_token), /^[\w-]{43}$/);
      assert.equal(headers['cache-control'], 'no-store');
      assert.match(String(headers['content-type']), /^application\/json/);
      assert.ok(headers['x-request-id']);
    });

    test('the token is stored as a digest, bound to client and certificate, and nothing of it elsewhere', async () => {
      const { tppA, findToken } = bank();
      const token = String((await tppA.token(GRANT)).json.access_token);
      const { payload, ...stored } = (await findToken(token)) ?? { payload: undefined };
      assert.deepEqual(stored, {
        kind: 'client',
        clientId: tppA.clientId,
        thumbprint: tppA.certificate.thumbprint,
        scope: 'payments',
        authorizationId: null,
        customerId: null,
        unconfirmedRefresh: null,
      });
      assert.ok(!JSON.stringify(payload).includes(token));
    });

    test('no scope means payments, the only one; any other is invalid_scope', async () => {
      const { tppA } = bank();
      assert.equal((await tppA.token({ grant_type: 'client_credentials' })).json.scope, 'payments');
      for (const scope of ['accounts', 'openid payments', 'payments payments', 'openid']) {
        refused(await tppA.token({ ...GRANT, scope }), 400, 'invalid_scope');
      }
    });

    test('extra headers change nothing', async () => {
      const headers = {
        'x-api-key': 'key',
        'X-Request-Id': 'mine',
        'X-Session-Id': 'mine',
        authorization: 'Bearer nothing',
        origin: 'https://elsewhere.example',
        dpop: 'proof',
        'oauth-client-attestation': 'a.b.c',
        'content-type': 'text/plain',
        host: 'evil.example',
        'x-forwarded-proto': 'https',
      };
      const answer = await bank().tppA.token(GRANT, { headers });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    });
  });

  describe('client authentication', () => {
    const refusals: Record<string, (from: ReturnType<OpenBank>) => Promise<ApiAnswer>> = {
      'a wrong secret': ({ tppA }) => tppA.token({ ...GRANT, client_secret: 'wrong' }),
      'a secret with one flipped character': ({ tppA }) =>
        tppA.token({ ...GRANT, client_secret: `${tppA.secret.startsWith('A') ? 'B' : 'A'}${tppA.secret.slice(1)}` }),
      'the stored digest in place of the secret': ({ tppA }) =>
        tppA.token({ ...GRANT, client_secret: createHash('sha256').update(tppA.secret).digest('base64url') }),
      'no secret': ({ tppA }) => tppA.token({ ...GRANT, client_secret: undefined }),
      'an empty secret': ({ tppA }) => tppA.token({ ...GRANT, client_secret: '' }),
      'no client_id': ({ tppA }) => tppA.token({ ...GRANT, client_id: undefined }),
      'an unknown client': ({ tppA }) => tppA.token({ ...GRANT, client_id: 'nobody' }),
      'another client’s id': ({ tppA, tppB }) => tppA.token({ ...GRANT, client_id: tppB.clientId }),
      'another TPP’s certificate': ({ tppA, tppB }) => tppA.token(GRANT, { certificate: tppB.certificate }),
      'the secret in a Basic header': ({ tppA }) =>
        tppA.post('/oauth/token', GRANT, {
          headers: { authorization: `Basic ${Buffer.from(`${tppA.clientId}:${tppA.secret}`).toString('base64')}` },
        }),
      'two secrets, one of them right': ({ tppA }) =>
        tppA.post(
          '/oauth/token',
          `grant_type=client_credentials&client_id=${tppA.clientId}&client_secret=${tppA.secret}&client_secret=x`,
        ),
      'a wrong secret and a grant that does not exist': ({ tppA }) =>
        tppA.token({ grant_type: 'password', client_secret: 'wrong' }),
    };
    for (const [name, call] of Object.entries(refusals)) {
      test(`${name} is 401 invalid_client, told in JSON`, async () =>
        refused(await call(bank()), 401, 'invalid_client'));
    }

    test('a browser’s Accept gets JSON as well', async () => {
      const headers = { accept: 'text/html,application/xhtml+xml;q=0.9' };
      refused(await bank().tppA.token({ ...GRANT, client_secret: 'wrong' }, { headers }), 401, 'invalid_client');
    });

    test('without any certificate there is no connection', async () => {
      const { apiBaseUrl, ca } = bank();
      const port = Number(new URL(apiBaseUrl).port);
      const ended = await new Promise<string>((resolve) => {
        const socket = connect({ host: 'localhost', port, ca, maxVersion: 'TLSv1.3' }, () =>
          socket.write('GET / HTTP/1.1\r\n\r\n'),
        );
        socket.on('data', () => resolve('answered'));
        socket.on('error', () => resolve('refused'));
        socket.on('close', () => resolve('refused'));
      });
      assert.equal(ended, 'refused');
    });
  });

  describe('the token endpoint', () => {
    test('a grant type that does not exist is unsupported_grant_type', async () => {
      for (const grant_type of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code']) {
        refused(await bank().tppA.token({ grant_type }), 400, 'unsupported_grant_type');
      }
    });

    test('no grant type, and two of them, are invalid_request', async () => {
      const { tppA } = bank();
      refused(await tppA.token({}), 400, 'invalid_request');
      const twice = `client_id=${tppA.clientId}&client_secret=${tppA.secret}&grant_type=client_credentials&grant_type=refresh_token`;
      refused(await tppA.post('/oauth/token', twice), 400, 'invalid_request');
    });

    test('a body too large is invalid_request; an empty one has no client', async () => {
      const { tppA } = bank();
      refused(await tppA.token({ ...GRANT, filler: 'x'.repeat(60 * 1024) }), 400, 'invalid_request');
      refused(await tppA.post('/oauth/token', ''), 401, 'invalid_client');
    });

    test('a redirect_uri that is not URL-encoded works', async () => {
      const { tppA } = bank();
      const { code } = await newCode(bank(), tppA);
      const body = `grant_type=authorization_code&client_id=${tppA.clientId}&client_secret=${tppA.secret}&code=${code}&redirect_uri=${tppA.redirectUri}`;
      assert.equal((await tppA.post('/oauth/token', body)).status, 200);
    });

    test('each listener has its own paths and none of the other’s', async () => {
      const { tppA } = bank();
      for (const path of [
        '/oauth/authorize',
        '/oauth/authorize/x',
        '/request',
        '/reg',
        '/me',
        '/session/end',
        '/device/auth',
      ]) {
        assert.equal((await tppA.post(path, GRANT)).status, 404, path);
      }
      const browser = tppA.browser();
      for (const path of [
        '/oauth/token',
        '/oauth/revoke',
        '/oauth/introspect',
        '/request',
        '/reg',
        '/session/end/confirm',
      ]) {
        assert.equal((await browser.post(path, GRANT)).status, 404, path);
        assert.equal((await browser.get(path)).status, 404, path);
      }
    });
  });
}

export function refused(answer: ApiAnswer, status: number, error: string): void {
  assert.deepEqual({ status: answer.status, error: answer.json.error }, { status, error }, answer.text);
  assert.equal(typeof answer.json.error_description, 'string');
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.json.access_token, undefined);
}
