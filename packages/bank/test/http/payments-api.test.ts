import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { JwsSigner } from '@lupa/protocol';
import pino from 'pino';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { CallsUnderWay } from '../../src/http/calls-under-way.ts';
import { LoadLimit } from '../../src/http/load-limit.ts';
import { paymentsApi } from '../../src/http/payments-api.ts';
import type { PaymentsApi } from '../../src/http/route.ts';
import type { KnownCertificate } from '../../src/ports/certificate-trust.ts';
import type { Clients } from '../../src/ports/clients.ts';
import { NO_MEASURES } from '../../src/ports/measures.ts';

const signer: JwsSigner = {
  kid: 'bank',
  alg: 'ES256',
  key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
};
/** How often signing fails before it works again. */
let failures = 0;
const logged: string[] = [];
const load = new LoadLimit();

const door = paymentsApi({
  guard: { admit: () => ({}) as KnownCertificate, closeRefused: () => undefined },
  api: { sandbox: undefined } as PaymentsApi,
  clients: {} as Clients,
  limits: { load, callsUnderWay: new CallsUnderWay(), paymentCalls: undefined },
  identifiers: randomIdentifiers(systemClock),
  log: pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }),
  measures: NO_MEASURES,
  signer: () => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('the key is gone');
    }
    return signer;
  },
});
const server = createServer((request, response) => door.answer(request, response));
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => {
  load.close();
  server.closeAllConnections();
  server.close();
});

/** A method that the path does not take: answered before anybody asks who calls. */
const ask = () =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/payments-psd2/v1/payments/1`, {
    method: 'DELETE',
    headers: { connection: 'close' },
  });

test('an answer that cannot be signed becomes a signed refusal with an id to find it by', async () => {
  failures = 1;
  const answer = await ask();
  assert.equal(answer.status, 500);
  assert.ok(answer.headers.get('x-jws-signature'));
  assert.match(logged.join(''), /the key is gone/);
});

test('when nothing can be signed the connection ends, the log says so, and the next call is answered', async () => {
  failures = 2;
  await assert.rejects(ask(), /fetch failed/);
  assert.match(logged.join(''), /an answer could not be sent/);
  assert.equal((await ask()).status, 405);
});
