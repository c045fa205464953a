import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { askOutside, type OutsideRequest } from '../../src/outside/ask-outside.ts';
import { whyNoAnswer } from '../../src/outside/why-no-answer.ts';

const MEBIBYTE = 1_048_576;

describe('somebody else’s server', () => {
  let server: Server;
  let url: string;
  let onRequest: RequestListener;

  before(async () => {
    server = createServer((request, response) => onRequest(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = (answering: RequestListener, request?: OutsideRequest) => {
    onRequest = answering;
    return askOutside(url, request);
  };
  const whyNot = (answering: RequestListener, request?: OutsideRequest) =>
    ask(answering, request).then(() => assert.fail('there was an answer'), whyNoAnswer);

  test('is asked for JSON, and tells its status and its clock', async () => {
    const { status, date, json } = await ask(
      ({ method, headers }, response) => {
        response.writeHead(201, { date: 'Sun, 22 Nov 2026 12:00:00 GMT' });
        response.end(JSON.stringify([method, headers.accept, headers['x-api-key']]));
      },
      { method: 'POST', headers: { 'x-api-key': 'key-1' } },
    );
    assert.deepEqual([status, json], [201, ['POST', 'application/json', 'key-1']]);
    assert.equal(date?.toISOString(), '2026-11-22T12:00:00.000Z');
  });

  test('may answer something else, or no time: it is said', async () => {
    const answer = await ask((_request, response) => {
      response.sendDate = false;
      response.end('<html>');
    });
    assert.deepEqual(answer, { status: 200, date: undefined, json: undefined });
  });

  test('is not followed to another place', async () => {
    const { status } = await ask((_request, response) => response.writeHead(302, { location: url }).end());
    assert.equal(status, 302);
  });

  test('may answer a mebibyte, and not a byte more', async () => {
    const text = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    const { json } = await ask((_request, response) => response.end(text(MEBIBYTE)));
    assert.equal(String(json).length, MEBIBYTE - 2);
    const why = await whyNot((_request, response) => response.end(text(MEBIBYTE + 1)));
    assert.equal(why, 'the answer is larger than 1 MiB');
  });

  test('is not waited for without end, whether it says nothing or breaks off in its answer', async () => {
    const silent: RequestListener = () => {};
    assert.equal(await whyNot(silent, { patienceMs: 50 }), 'no answer within 0.05 seconds');
    const slow: RequestListener = (_request, response) => response.write('[');
    assert.equal(await whyNot(slow, { patienceMs: 300 }), 'no answer within 0.3 seconds');
  });

  test('that cuts the connection is said to', async () => {
    const why = await whyNot((request) => request.socket.destroy());
    assert.equal(why, 'the connection was cut (ECONNRESET)');
  });

  test('is left when the signal says so, for its reason', async () => {
    const leaving = new AbortController();
    const asked = ask(() => leaving.abort(new Error('Ctrl-C')), { signal: leaving.signal });
    await assert.rejects(asked, { message: 'Ctrl-C' });
  });
});

test('an address at which nobody listens, and one that is none, are told', async () => {
  const why = (address: string) => askOutside(address).then(() => assert.fail('there was an answer'), whyNoAnswer);
  assert.equal(await why('http://127.0.0.1:1/'), 'nobody listens there (ECONNREFUSED)');
  assert.match(await why('ftp://127.0.0.1/'), /ftp:/);
});
