import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { HttpRequest } from '../../src/index.ts';
import { openNodeHttp } from '../../src/wire/node-http.ts';
import { refused } from '../support/refused.ts';
import { PAYMENT, PAYMENT_ID } from '../support/samples.ts';
import { TestBank } from '../support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => {
  bank.reset();
  bank.onApi = () => bank.signed(200, PAYMENT);
});

test('a certificate of an issuer the bank does not trust is TLS_FAILED or a lost connection, never an answer', async () => {
  const { ca, stranger } = bank.certificates;
  const tpp = bank.tpp({ tls: { ...stranger, ca }, limits: { attempts: 1 } });
  const error = await tpp.readPayment(PAYMENT_ID).catch((cause: unknown) => cause);
  assert.match(String((error as { code: string }).code), /^(TLS_FAILED|CONNECTION_LOST)$/);
  assert.equal(bank.requestsTo('/oauth/').length, 0);
});

test('a bank whose certificate nobody vouches for is TLS_FAILED, and is told nothing', async () => {
  const tpp = bank.tpp({ tls: bank.certificates.client });
  const error = await refused(tpp.readPayment(PAYMENT_ID), 'TLS_FAILED');
  assert.equal(error.outcomeUnknown, false);
  assert.equal(bank.requestsTo('/oauth/').length, 0);
});

test('a bank under another name than its certificate has is TLS_FAILED', async () => {
  const { endpoints } = bank.settings();
  const token = endpoints.token.replace('localhost', '127.0.0.1');
  const error = await refused(
    bank.tpp({ endpoints: { ...endpoints, token }, limits: { attempts: 1 } }).readPayment(PAYMENT_ID),
    'TLS_FAILED',
  );
  assert.match(error.message, /ERR_TLS_CERT_ALTNAME_INVALID/);
});

test('connections are kept alive and used again', async () => {
  const tpp = bank.tpp();
  await tpp.readPayment(PAYMENT_ID);
  await tpp.readPayment(PAYMENT_ID);
  const [first, second] = bank.requestsTo('/sepa-payments');
  assert.ok(first && second);
  assert.equal(first.remotePort, second.remotePort);
});

const base: Omit<HttpRequest, 'url'> = {
  method: 'GET',
  headers: {},
  clientCertificate: false,
  freshConnection: false,
  timeoutMs: 1000,
  maxAnswerBytes: 1000,
};

test('a host that serves keys over https never sees the client certificate', async () => {
  const { ca, client, server: identity } = bank.certificates;
  const seen: (string | undefined)[] = [];
  const server = createServer(
    { ...identity, ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      seen.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN?.toString());
      response.end('{}');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  const http = openNodeHttp({ ...client, ca });
  await http.send({ ...base, url });
  await http.send({ ...base, url, clientCertificate: true });
  await http.send({ ...base, url, clientCertificate: true, freshConnection: true });
  http.close();
  server.close();
  assert.deepEqual(seen, [undefined, 'client', 'client']);
});

test('plain http goes to this machine only, and never where the certificate must be shown', async () => {
  const http = openNodeHttp({ ...bank.certificates.client });
  await assert.rejects(http.send({ ...base, url: 'http://bank.example/' }), TypeError);
  await assert.rejects(http.send({ ...base, url: `${bank.issuer}/id-keys`, clientCertificate: true }), TypeError);
  await assert.rejects(http.send({ ...base, url: 'ftp://localhost/' }), TypeError);
  http.close();
});
