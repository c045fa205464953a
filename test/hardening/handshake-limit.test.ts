import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { NO_MEASURES } from '../../packages/bank/src/ports/measures.ts';
import { findFreePort } from '../../packages/sandbox/src/free-port.ts';
import { type BankOutsideTheSandbox, openBankOutsideTheSandbox } from '../flow/support/bank-outside-the-sandbox.ts';
import { startTestSandbox, type TestSandbox } from '../flow/support/test-sandbox.ts';

const BURST = 3;
const [STRANGER, NEIGHBOUR, PROXY] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const PAGE = '/.well-known/openid-configuration';
/** Without a certificate it is a 401. */
const CALL = '/payments-psd2/v1/sepa-payments';

describe('how many connections one address may begin', () => {
  let sandbox: TestSandbox;
  let bank: BankOutsideTheSandbox;
  let proxyPort: number;
  const refused: string[] = [];

  before(async () => {
    sandbox = await startTestSandbox();
    proxyPort = await findFreePort(0, new Set());
    bank = await openBankOutsideTheSandbox(sandbox, {
      // So slowly that none comes back while this runs.
      addressLimit: { perSecond: 0.001, burst: BURST, exempt: ['127.0.0.1', '::1'] },
      proxy: { host: '127.0.0.1', port: proxyPort, addresses: [PROXY] },
      measures: { ...NO_MEASURES, connectionRefused: (listener) => refused.push(listener) },
    });
  });
  after(async () => {
    await bank?.close();
    await sandbox?.close();
  });

  /** Begins a connection to the mutual-TLS listener. @returns whether its handshake was finished */
  function handshake(from: string): Promise<boolean> {
    const { port } = new URL(bank.tpp.bank.api);
    const { tls } = bank.tpp.identity;
    const at = { host: '127.0.0.1', port: Number(port), localAddress: from, servername: 'localhost' };
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = connect({ ...at, ...tls }, () => resolve(true));
    socket.once('error', () => resolve(false)).once('close', () => resolve(false));
    return promise.finally(() => socket.destroy());
  }

  /** Over plain HTTP, on a connection of its own. @returns the status of the answer */
  async function ask(port: number, from: string, path: string): Promise<number | undefined> {
    const call = request({ host: '127.0.0.1', port, localAddress: from, path, agent: false }).end();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  }

  async function handshakes(from: string, times: number): Promise<number> {
    let finished = 0;
    for (let time = 0; time < times; time += 1) if (await handshake(from)) finished += 1;
    return finished;
  }

  test('is a burst, and no handshake is finished beyond it; what another address may is not touched', async () => {
    assert.equal(await handshakes(STRANGER, BURST + 5), BURST);
    assert.deepEqual(refused, Array(5).fill('api'));
    assert.equal(await handshakes(NEIGHBOUR, BURST), BURST);
    assert.equal(refused.length, 5);
  });

  test('counts over all listeners of the process', async () => {
    const port = Number(new URL(bank.tpp.bank.authorize).port);
    await assert.rejects(ask(port, STRANGER, PAGE), { code: 'ECONNRESET' });
    assert.equal(refused.at(-1), 'authorize');
    assert.equal(await ask(port, '127.0.0.1', PAGE), 200);
  });

  test('is no limit for those who are exempt: here this machine, whose calls all succeed', async () => {
    assert.equal(await handshakes('127.0.0.1', 2 * BURST), 2 * BURST);
    const token = await bank.tpp.clientToken();
    await bank.tpp.created(token);
  });

  test('is none for the configured proxies either, on their own listener or another', async () => {
    for (let call = 0; call < 2 * BURST; call += 1) assert.equal(await ask(proxyPort, PROXY, CALL), 401);
    assert.equal(await handshakes(PROXY, BURST), BURST);
    await assert.rejects(ask(proxyPort, STRANGER, CALL), { code: 'ECONNRESET' });
  });
});
