import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import fastify from 'fastify';
import { gentleListener } from '../../src/http/drain.ts';

const LONG = { idleMs: 60_000, limitMs: 120_000 };

describe('a listener that ends', () => {
  let app: ReturnType<typeof fastify>;
  let listener: ReturnType<typeof gentleListener>;
  let port: number;
  let agent: Agent;
  let answer: PromiseWithResolvers<string>;
  let arrived: PromiseWithResolvers<void>;

  beforeEach(async () => {
    app = fastify();
    answer = Promise.withResolvers();
    arrived = Promise.withResolvers();
    app.get('/now', async () => 'now');
    app.get('/later', () => {
      arrived.resolve();
      return answer.promise;
    });
    listener = gentleListener(app);
    await app.listen({ host: '127.0.0.1', port: 0 });
    port = (app.server.address() as AddressInfo).port;
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(async () => {
    agent.destroy();
    answer.resolve('');
    await app.close();
  });

  async function get(path: string, over: Agent = agent): Promise<{ response: IncomingMessage; body: string }> {
    const call = httpRequest({ host: '127.0.0.1', port, path, agent: over });
    const answered = once(call, 'response') as Promise<[IncomingMessage]>;
    call.end();
    const [response] = await answered;
    return { response, body: await text(response) };
  }

  test('answers the call under way, and says that the connection ends with it', async () => {
    const call = get('/later');
    await arrived.promise;
    const ended = listener.end(LONG);
    answer.resolve('late');
    const { response, body } = await call;
    assert.deepEqual([body, response.headers.connection], ['late', 'close']);
    assert.equal(await ended, 0);
  });

  test('without a drain an answer keeps its connection', async () => {
    assert.equal((await get('/now')).response.headers.connection, 'keep-alive');
  });

  test('answers one more call on a connection that was idle', async () => {
    await get('/now');
    const ended = listener.end(LONG);
    const { response, body } = await get('/now');
    assert.deepEqual([body, response.headers.connection], ['now', 'close']);
    assert.equal(await ended, 0);
  });

  test('accepts no new connection', async () => {
    const call = get('/later');
    await arrived.promise;
    const ended = listener.end(LONG);
    await assert.rejects(get('/now', new Agent()), { code: 'ECONNREFUSED' });
    answer.resolve('');
    await call;
    await ended;
  });

  test('closes a connection that stays idle, used before or never', async () => {
    await get('/now');
    const never = connect(port, '127.0.0.1');
    await once(never, 'connect');
    await until(async () => (await connections()) === 2);
    assert.equal(await listener.end({ idleMs: 10, limitMs: 120_000 }), 0);
    never.destroy();
  });

  test('a connection on which bytes still arrive is not idle', async () => {
    const slow = connect(port, '127.0.0.1');
    const said = text(slow);
    slow.write('GET /now HTTP/1.1\r\nhost: a\r\n');
    await until(async () => (await connections()) === 1);
    const ended = listener.end({ idleMs: 1_000, limitMs: 120_000 });
    for (let line = 0; line < 40; line += 1) await writeAfter(slow, 50, `x-${line}: 1\r\n`);
    slow.write('\r\n');
    assert.match(await said, /^HTTP\/1.1 200 OK[\s\S]*connection: close[\s\S]*now$/i);
    await ended;
  });

  test('cuts off what takes longer than the limit, and counts it', async () => {
    const call = get('/later').then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    );
    await arrived.promise;
    assert.equal(await listener.end({ idleMs: 10, limitMs: 50 }), 1);
    assert.equal(await call, 'ECONNRESET');
  });

  const connections = () => promisify(app.server.getConnections).call(app.server);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}

async function writeAfter(socket: Socket, milliseconds: number, line: string): Promise<void> {
  await sleep(milliseconds);
  socket.write(line);
}
