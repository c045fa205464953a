import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { isFinnishIban } from '@lupa/protocol';
import { finnishIban } from '../../bench/faults/customers.ts';
import { planFaults } from '../../bench/faults/fault-plan.ts';
import { TcpProxy } from '../../bench/faults/tcp-proxy.ts';
import { SeededRandom } from '../flow/support/seeded-random.ts';

const ANSWER = Buffer.alloc(1_000, 'a');

/** A proxy that does not cut has its caller wait for ever. */
const PATIENT = { timeout: 20_000 };

/** Answers whatever it is sent. */
async function startServer(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('data', () => socket.write(ANSWER));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function throughProxy(use: (proxy: TcpProxy, server: Server, port: number) => Promise<void>): Promise<void> {
  const proxy = await TcpProxy.listen();
  const { server, port } = await startServer();
  try {
    proxy.leadTo([port]);
    await use(proxy, server, port);
  } finally {
    await proxy.close();
    server.close();
  }
}

test('a connection is cut after exactly so many bytes of answers, and one that is made later is not', PATIENT, () =>
  throughProxy(async (proxy) => {
    const caller = connect(proxy.port, '127.0.0.1');
    caller.write('first');
    assert.deepEqual((await once(caller, 'data'))[0], ANSWER);
    assert.equal(
      proxy.cut(() => 130),
      1,
    );
    caller.write('second');
    assert.equal((await buffer(caller)).length, 130);

    const later = connect(proxy.port, '127.0.0.1');
    later.write('third');
    assert.deepEqual((await once(later, 'data'))[0], ANSWER);
    later.destroy();
  }),
);

test('cut at 0, a connection ends at once', PATIENT, () =>
  throughProxy(async (proxy) => {
    const caller = connect(proxy.port, '127.0.0.1');
    caller.write('first');
    await once(caller, 'data');
    const ended = buffer(caller);
    proxy.cut(() => 0);
    assert.equal((await ended).length, 0);
    assert.equal(proxy.connections, 0);
  }),
);

test('a target that is down leaves its connections to the next one; where all are, nobody answers', PATIENT, () =>
  throughProxy(async (proxy, server, port) => {
    const gone = await startServer();
    await new Promise((resolve) => gone.server.close(resolve));
    proxy.leadTo([gone.port, port]);
    for (let turn = 0; turn < 3; turn += 1) {
      const caller = connect(proxy.port, '127.0.0.1');
      caller.write('first');
      assert.deepEqual((await once(caller, 'data'))[0], ANSWER);
      caller.destroy();
    }
    server.close();
    proxy.leadTo([gone.port]);
    const refused = connect(proxy.port, '127.0.0.1');
    refused.write('first');
    await assert.rejects(once(refused, 'data'), { code: 'ECONNRESET' });
  }),
);

test('a seed always plans the same faults, another seed others, and each store has its own among them', () => {
  const plan = (seed: number, store: 'plain' | 'small-disk' | 'pair') => planFaults(new SeededRandom(seed), store, 8);
  for (let seed = 1; seed <= 50; seed += 1) {
    assert.deepEqual(plan(seed, 'pair'), plan(seed, 'pair'));
    assert.notDeepEqual(plan(seed, 'pair'), plan(seed + 1, 'pair'));
    const kinds = (store: 'plain' | 'small-disk' | 'pair') => plan(seed, store).map(({ fault }) => fault.kind);
    assert.equal(kinds('pair').filter((kind) => kind === 'failover').length, 1);
    assert.ok(kinds('small-disk').includes('full-disk'));
    assert.ok(!kinds('plain').some((kind) => kind === 'full-disk' || kind === 'failover'));
    assert.equal(kinds('plain').length, 8);
  }
});

test('every fault happens sooner or later', () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 200; seed += 1) {
    for (const store of ['plain', 'small-disk', 'pair'] as const) {
      for (const { fault } of planFaults(new SeededRandom(seed), store, 8)) kinds.add(fault.kind);
    }
  }
  assert.equal(kinds.size, 12);
});

test('the accounts of the customers have Finnish account numbers', () => {
  for (let number = 1; number <= 200; number += 1) assert.ok(isFinnishIban(finnishIban(number)), finnishIban(number));
});
