import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HttpResponse, HttpResponseReader, headerOf } from '../../bench/support/http-response.ts';

const CREATED = 'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"a":1}\n';

function read(...chunks: string[]): HttpResponse | undefined {
  const reader = new HttpResponseReader();
  let response: HttpResponse | undefined;
  for (const chunk of chunks) response = reader.push(Buffer.from(chunk));
  return response;
}

describe('an answer is read', () => {
  test('when it comes in one piece', () => {
    const response = read(CREATED);
    assert.deepEqual([response?.status, response?.body.toString()], [201, '{"a":1}\n']);
  });

  test('wherever it is cut in two', () => {
    for (let cut = 1; cut < CREATED.length; cut += 1) {
      const response = read(CREATED.slice(0, cut), CREATED.slice(cut));
      assert.deepEqual([response?.status, response?.body.toString()], [201, '{"a":1}\n'], `cut at ${cut}`);
    }
  });

  test('byte by byte, and only at the last byte', () => {
    assert.equal(read(...CREATED)?.status, 201);
    assert.equal(read(...CREATED.slice(0, -1)), undefined);
  });

  test('after another one on the same connection', () => {
    const reader = new HttpResponseReader();
    assert.equal(reader.push(Buffer.from(CREATED))?.status, 201);
    assert.equal(reader.push(Buffer.from(CREATED.replace('201', '400')))?.status, 400);
  });

  test('without a body', () => {
    assert.equal(read('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n')?.body.length, 0);
  });
});

describe('what is no such answer is an error, never a guess', () => {
  const refusals: readonly [string, string, RegExp][] = [
    [
      'no content-length',
      'HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      /without a content-length/,
    ],
    [
      'a content-length inside another header',
      'HTTP/1.1 201 Created\r\nx-content-length: 0\r\n\r\n',
      /without a content-length/,
    ],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n', /final HTTP\/1\.1 status/],
    ['another protocol', 'HTTP/1.0 201 Created\r\ncontent-length: 0\r\n\r\n', /final HTTP\/1\.1 status/],
    ['more bytes than announced', `${CREATED}x`, /bytes nobody asked for/],
    ['a head without an end', `HTTP/1.1 201 Created\r\nx: ${'a'.repeat(20_000)}`, /does not end/],
  ];
  for (const [name, bytes, message] of refusals) test(name, () => assert.throws(() => read(bytes), message));
});

describe('a header', () => {
  test('is found whatever the case of its name', () => {
    const response = read(CREATED);
    assert.ok(response);
    assert.equal(headerOf(response, 'content-type'), 'application/json');
  });
  test('that is not there is undefined', () => {
    const response = read(CREATED);
    assert.ok(response);
    assert.equal(headerOf(response, 'type'), undefined);
  });
});
