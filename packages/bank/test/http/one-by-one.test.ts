import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { framingFault } from '../../src/http/framing.ts';
import { oneByOne } from '../../src/http/one-by-one.ts';

/** Paths that are answered as soon as they are asked for. */
const AT_ONCE = ['/at-once', '/last'];

describe('the requests of one connection', () => {
  const taken: { url: string; response: ServerResponse }[] = [];
  let underWay = 0;
  const server = createServer(
    oneByOne((request, response) => {
      taken.push({ url: request.url ?? '', response });
      underWay += 1;
      response.once('close', () => {
        underWay -= 1;
      });
      if (request.url === '/last') response.shouldKeepAlive = false;
      if (request.url !== undefined && AT_ONCE.includes(request.url)) response.end('only');
      wake?.();
    }),
  );
  let wake: (() => void) | undefined;
  let port: number;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const get = (path: string, ...lines: string[]) => [`GET ${path} HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n');

  async function dial(...texts: readonly string[]): Promise<{ socket: Socket; said: () => string }> {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    for (const text of texts) socket.write(text);
    return { socket, said: () => said };
  }

  async function takenNext() {
    while (taken.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return taken.splice(0);
  }

  test('are answered one by one, as many as there are', async () => {
    const { socket, said } = await dial();
    for (const path of ['/1', '/2', '/3']) {
      socket.write(get(path));
      const [call] = await takenNext();
      assert.equal(call?.url, path);
      call?.response.end(path);
      while (!said().endsWith(path)) await once(socket, 'data');
    }
    socket.destroy();
  });

  test('are not taken while another is being answered, and the connection ends with that answer', async () => {
    const { socket, said } = await dial(get('/1') + get('/2'));
    const [call, ...others] = await takenNext();
    assert.deepEqual([call?.url, others], ['/1', []]);
    call?.response.end('first');
    await once(socket, 'close');
    assert.match(said(), /connection: close\r\n[\s\S]*first$/i);
    assert.deepEqual(taken, []);
  });

  test('are not taken after an answer that ends the connection', async () => {
    for (const first of [get('/last'), get('/at-once', 'Upgrade: h2c', 'Connection: upgrade')]) {
      const { socket, said } = await dial(first + get('/2'));
      await once(socket, 'close');
      assert.match(said(), /connection: close\r\n[\s\S]*only$/i);
      assert.equal((await takenNext()).length, 1);
    }
  });

  test('leave nothing behind when the connection breaks off, answered or waiting', async () => {
    const { socket } = await dial(get('/1') + get('/2') + get('/3'));
    await takenNext();
    socket.resetAndDestroy();
    while (underWay > 0) await wait(10);
    assert.deepEqual(taken, []);
  });

  test('are no more than two for one who reads no answers', async () => {
    const { socket } = await dial();
    socket.pause();
    for (let call = 0; ; call += 1) {
      socket.write(get(`/${call}`));
      const taking = takenNext();
      const calls = await Promise.race([taking, wait(1_000, [])]);
      if (calls.length === 0) break;
      for (const { response } of calls) response.end('x'.repeat(10_000));
    }
    assert.equal(underWay, 2);
    socket.resetAndDestroy();
    while (underWay > 0) await wait(10);
  });
});

describe('where a request ends, and whom it is for', () => {
  const faultOf = (headers: IncomingMessage['headers'], httpVersion = '1.1') =>
    framingFault({ headers: { host: 'a', ...headers }, httpVersion } as IncomingMessage);

  test('is certain of a request with a length, with chunks, or with neither', () => {
    for (const headers of [
      {},
      { 'content-length': '1' },
      { 'transfer-encoding': 'Chunked' },
      { expect: '100-Continue' },
    ]) {
      assert.equal(faultOf(headers), undefined);
    }
    assert.equal(faultOf({}, '1.0'), undefined);
    assert.equal(framingFault({ headers: {}, httpVersion: '1.0' } as IncomingMessage), undefined);
  });

  test('is not of one with any other encoding, of any other version, for no host or for two', () => {
    for (const encoding of ['gzip, chunked', 'chunked, chunked', 'identity', '', 'x'])
      assert.match(faultOf({ 'transfer-encoding': encoding }) ?? '', /^Transfer-Encoding/);
    assert.match(faultOf({ 'transfer-encoding': 'chunked' }, '1.0') ?? '', /^Transfer-Encoding/);
    for (const version of ['0.9', '1.2', '2.0']) assert.match(faultOf({}, version) ?? '', /version/);
    assert.match(framingFault({ headers: {}, httpVersion: '1.1' } as IncomingMessage) ?? '', /^Host/);
    assert.match(faultOf({ host: 'a, b' }) ?? '', /^Host/);
    assert.match(faultOf({ expect: 'x' }) ?? '', /^Expect/);
  });
});
