import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import { findFreePort } from '../src/free-port.ts';
import { settlePorts } from '../src/sandbox-ports.ts';

async function occupyPort(t: TestContext, host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a free port is taken as it is, and not given to anybody else of ours', async () => {
  const port = await findFreePort(0, new Set());
  const spokenFor = new Set<number>();
  assert.equal(await findFreePort(port, spokenFor), port);
  assert.ok((await findFreePort(port, spokenFor)) > port);
});

test('a port that is taken under either loopback address moves to the next free one', async (t) => {
  const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  );
  if (!hasIPv6) t.diagnostic('this machine has no ::1, so only 127.0.0.1 was tried');
  for (const host of hasIPv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1']) {
    const taken = await occupyPort(t, host);
    assert.ok((await findFreePort(taken, new Set())) > taken);
  }
});

test('beyond the last port there is none', async () => {
  await assert.rejects(findFreePort(65_536, new Set()), { name: 'NoFreePort' });
});

test('a port that moved is told of, with what it was for; the addresses follow it', async (t) => {
  const taken = await occupyPort(t, '127.0.0.1');
  const notices: string[] = [];
  const ports = await settlePorts({ apiPort: 0, authorizePort: taken, shop: false }, (notice) => notices.push(notice));
  assert.deepEqual(notices, [`Port ${taken} is taken: the bank for browsers is on ${ports.authorize} instead.`]);
  assert.equal(ports.issuer, `http://localhost:${ports.authorize}`);
  assert.equal(ports.shop, undefined);
});
