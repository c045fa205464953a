import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { TestTpp } from '../flow/support/test-tpp.ts';
import type { TppIdentity } from '../flow/support/tpp-identity.ts';
import { type ServeProcess, startServe } from '../serve/support/serve-process.ts';
import { registerTpp } from '../serve/support/serve-tpp.ts';
import { prepareServedBank, type ServedBank } from '../serve/support/served-bank.ts';
import type { AbuseName, Tally } from './support/abuses.ts';
import { openRaw } from './support/raw-connection.ts';
import { PAYMENTS_PATH } from './support/signed-call.ts';
import { startAbuse } from './support/start-abuse.ts';

/** What the bank may say to each, and how many connections it is tried on. How long anything takes is `npm run abuse`'s to tell. */
const EXPECTED: readonly { abuse: AbuseName; connections: number; answers: readonly string[] }[] = [
  { abuse: 'slow heads', connections: 200, answers: ['408', 'ended by the bank'] },
  { abuse: 'slow bodies', connections: 200, answers: ['408', '404', 'ended by the bank'] },
  { abuse: 'handshakes never finished', connections: 500, answers: ['ended by the bank'] },
  {
    abuse: 'handshake flood',
    connections: 8,
    answers: ['refused before its handshake', 'finished its handshake'],
  },
  { abuse: 'bodies of 100 MB', connections: 4, answers: ['413', 'ended without an answer'] },
  { abuse: 'bodies of 100 MB in chunks', connections: 4, answers: ['413', 'ended without an answer'] },
  { abuse: 'JSON 65,000 deep', connections: 4, answers: ['400'] },
  { abuse: 'JSON 100,000 deep', connections: 4, answers: ['413', 'ended without an answer'] },
  { abuse: 'decompression bombs', connections: 4, answers: ['415'] },
  { abuse: 'header floods', connections: 4, answers: ['431', 'ended without an answer'] },
  { abuse: 'wrong signatures', connections: 8, answers: ['400', '429'] },
  { abuse: 'one TPP’s flood', connections: 16, answers: ['404', '429'] },
];

/** Of an address that is not this machine’s own, 127.0.0.1. */
const FEW_CONNECTIONS = { connectionsPerSecond: 1, connectionBurst: 5 };
const IDLE_CONNECTIONS = 10_000;
const HEALTHY_CALLS = 15;

describe('while somebody abuses the bank, a healthy client’s calls all succeed', () => {
  let bank: ServedBank;
  let server: ServeProcess;
  let abuser: TppIdentity;
  let abusersToken: string;
  let healthy: TestTpp;

  before(async () => {
    bank = await prepareServedBank();
    abuser = await registerTpp(bank.files, bank.office.administration, 'abuser');
    // How late a loaded machine runs is not what this is about. So few calls at once that slow bodies would take them all.
    const limits = { calls: 40, paymentCallsPerSecond: 200, eventLoopDelayMs: 60_000, ...FEW_CONNECTIONS };
    server = await startServe(bank.files.write({ ...(await bank.configuration()), limits }), { workers: 2 });
    healthy = await TestTpp.of(bank.tpp, server, { keepAlive: false });
    const tpp = await TestTpp.of(abuser, server);
    abusersToken = await tpp.clientToken();
    tpp.close();
  });
  after(async () => {
    healthy?.close();
    await server?.end('SIGKILL');
    await bank?.close();
  });

  async function abusedBy(abuse: AbuseName, connections: number): Promise<Tally> {
    const { apiKey, tls, signer } = abuser;
    const { api, authorize } = server;
    const order = { abuse, connections, api, authorize, tls, apiKey, token: abusersToken, kid: signer.kid };
    const under = await startAbuse(order);
    try {
      await callHealthily();
    } catch (error) {
      await under.end();
      throw error;
    }
    return under.end();
  }

  /** Each call on a connection of its own: whoever has none yet must get one. */
  async function callHealthily(): Promise<void> {
    const token = await healthy.clientToken();
    for (let call = 0; call < HEALTHY_CALLS; call += 1) {
      const { paymentId } = await healthy.created(token);
      assert.equal((await healthy.call({ path: `/payments/${paymentId}`, token })).status, 200);
    }
  }

  for (const { abuse, connections, answers } of EXPECTED) {
    test(abuse, async (t) => {
      const tally = await abusedBy(abuse, connections);
      t.diagnostic(JSON.stringify(tally));
      const others = Object.keys(tally).filter((what) => !answers.includes(what));
      assert.deepEqual(others, [], JSON.stringify(tally));
    });
  }

  test(`${IDLE_CONNECTIONS} idle connections over both listeners`, async (t) => {
    const tally = await abusedBy('idle connections', IDLE_CONNECTIONS);
    t.diagnostic(JSON.stringify(tally));
    assert.equal(tally['not opened'], undefined);
    assert.deepEqual([tally['answered once'], tally['open at once']], [IDLE_CONNECTIONS, IDLE_CONNECTIONS]);
  });

  test('who flooded with handshakes was refused, which the figures count and the log tells of, sparingly', async () => {
    const text = await (await fetch(`${server.operations}/metrics`)).text();
    assert.match(text, /^lupa_connections_refused_total\{listener="api"\} [1-9]/m);
    const told = server.log.filter(({ from }) => from === '127.0.0.2');
    assert.ok(told.length > 0);
    assert.ok(told.every(({ refused }) => typeof refused === 'number'));
  });

  test('whoever comes byte by byte, or never finishes a handshake, is gone after a while', async () => {
    const line = `${PAYMENTS_PATH}/1 HTTP/1.1\r\nHost: localhost\r\n`;
    const doors = [
      { url: server.api, tls: abuser.tls },
      { url: server.authorize, tls: { ca: abuser.tls.ca } },
    ];
    const slow = doors.flatMap((door) => [
      outlast(() => openRaw(door), `GET ${line}x-a: `),
      outlast(() => openRaw(door), `POST ${line}Content-Length: 60000\r\n\r\n`),
      outlast(() => openTcp(door.url), ''),
    ]);
    await Promise.all(slow);
    await callHealthily();
  });

  test('no worker has died of any of it', () => {
    assert.deepEqual(
      server.log.filter(({ msg }) => msg?.includes('worker died')),
      [],
    );
  });
});

async function openTcp(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket.on('error', () => undefined);
}

/** Goes on with a byte at a time until the bank has ended the connection. */
async function outlast(open: () => Promise<Socket>, beginning: string): Promise<void> {
  const socket = (await open()).resume();
  const ended = once(socket, 'close');
  if (beginning !== '') socket.write(beginning);
  const timer = setInterval(() => beginning !== '' && socket.writable && socket.write('a'), 250);
  await ended;
  clearInterval(timer);
}
