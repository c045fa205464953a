import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type GuardedFetchOptions, guardedFetch } from '../../src/adapters/guarded-fetch.ts';
import { type FetchRefusalCode, FetchRefused } from '../../src/ports/outside-documents.ts';

const LIMITS = { maxBytes: 1_000 };

/** A server of the machine itself, which a TPP must not reach through the bank. */
let inside: { readonly port: number; readonly connections: () => number; answer(answer: Answer): void };
type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const close: (() => void)[] = [];

/** Sockets that anything in this process opened: Node itself tells. */
let sockets = 0;
const countSocket = () => {
  sockets += 1;
};

before(async () => {
  let answer: Answer = (_request, response) => response.end('inside');
  let connections = 0;
  const server = createServer((request, response) => answer(request, response));
  server.on('connection', () => {
    connections += 1;
  });
  // Both loopbacks, and any other address of the machine.
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  inside = {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    answer: (next) => {
      answer = next;
    },
  };
  subscribe('net.client.socket', countSocket);
  close.push(() => {
    server.close();
    server.closeAllConnections();
    unsubscribe('net.client.socket', countSocket);
  });
});
after(() => {
  for (const each of close) each();
});

const refusedFor = (code: FetchRefusalCode) => (error: unknown) => {
  assert.ok(error instanceof FetchRefused, String(error));
  assert.equal(error.code, code, error.message);
  return true;
};

/** The sandbox's key server, as settings except it. */
const excepted = (pathPrefix = '/keys/'): GuardedFetchOptions => ({
  exceptions: [{ origin: `http://127.0.0.1:${inside.port}`, pathPrefix }],
});
const exceptedUrl = (path = '/keys/one.json') => `http://127.0.0.1:${inside.port}${path}`;

async function assertUntouched(url: string, code: FetchRefusalCode, options: GuardedFetchOptions = {}): Promise<void> {
  const [socketsBefore, connectionsBefore] = [sockets, inside.connections()];
  await assert.rejects(guardedFetch(options).fetch(url, { ...LIMITS, plainHttp: true }), refusedFor(code));
  assert.equal(sockets, socketsBefore, `${url}: a socket was opened`);
  assert.equal(inside.connections(), connectionsBefore, `${url}: the server inside was reached`);
}

describe('a URL from outside is no way into the bank’s own network', () => {
  test('what is counted would be seen: the excepted server is reached through one socket', async () => {
    const before = [sockets, inside.connections()];
    const body = await guardedFetch(excepted()).fetch(exceptedUrl(), LIMITS);
    assert.equal(Buffer.from(body).toString(), 'inside');
    assert.deepEqual([sockets, inside.connections()], [(before[0] ?? 0) + 1, (before[1] ?? 0) + 1]);
  });

  const LITERALS = [
    ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '017700000001', '127.0.0.1.', '０x7f.1', '0'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]'],
    ...['[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::1]', '[fd00::1]', '[fec0::1]', '[ff02::1]'],
    ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '0xa9fea9fe', '0.0.0.0'],
    ...['192.0.0.192', '198.18.0.1', '203.0.113.9', '224.0.0.1', '255.255.255.255'],
  ];
  for (const host of LITERALS) {
    test(`no connection to ${host}, however it is spelt`, async () => {
      await assertUntouched(`https://${host}:${inside.port}/keys.json`, 'address-forbidden');
      await assertUntouched(`http://${host}:${inside.port}/keys.json`, 'address-forbidden');
    });
  }

  test('no connection to a name that leads inside, by the real resolver', async () => {
    for (const host of ['localhost', 'LOCALHOST', 'localhost.']) {
      await assertUntouched(`https://${host}:${inside.port}/keys.json`, 'address-forbidden');
    }
  });

  test('no connection when only one of many addresses is inside', async () => {
    for (const addresses of [['8.8.8.8', '127.0.0.1'], ['127.0.0.1', '8.8.8.8'], ['2a00::1', '::1'], []]) {
      const resolve = async () => addresses;
      await assertUntouched(`https://tpp.example:${inside.port}/k`, 'address-forbidden', { resolve });
    }
  });

  test('a name that does not exist is told like one that leads inside', async () => {
    const said = async (resolve: () => Promise<string[]>) =>
      guardedFetch({ resolve })
        .fetch('https://tpp.example/k', LIMITS)
        .then(
          () => '',
          (error: Error) => error.message,
        );
    const missing = await said(() => Promise.reject(new Error('ENOTFOUND')));
    assert.equal(missing, await said(async () => ['10.1.2.3']));
    assert.ok(!missing.includes('10.1.2.3'));
  });

  test('a name whose answer changes is looked up once, and the address that was checked is the one connected to', async () => {
    // Both are this machine; the test says that 127.0.0.2 is public. A second look-up would lead to 127.0.0.1.
    const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.1']];
    let asked = 0;
    const seen: (string | undefined)[] = [];
    inside.answer((request, response) => {
      seen.push(request.socket.localAddress);
      response.end('public');
    });
    const documents = guardedFetch({
      resolve: async () => answers[asked++] ?? [],
      isAllowed: (address) => address === '127.0.0.2',
    });
    const body = await documents.fetch(`http://tpp.example:${inside.port}/k`, { ...LIMITS, plainHttp: true });
    assert.equal(Buffer.from(body).toString(), 'public');
    assert.equal(asked, 1);
    assert.deepEqual(seen, ['::ffff:127.0.0.2']);
    // Its next fetch looks it up anew, and refuses.
    const connections = inside.connections();
    const again = documents.fetch(`http://tpp.example:${inside.port}/k`, { ...LIMITS, plainHttp: true });
    await assert.rejects(again, refusedFor('address-forbidden'));
    assert.equal(inside.connections(), connections);
  });

  test('a redirect is never followed, wherever it leads', async () => {
    for (const status of [300, 301, 302, 303, 304, 307, 308]) {
      const connections = inside.connections();
      inside.answer((_request, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${inside.port}/secret` }).end(),
      );
      await assert.rejects(guardedFetch(excepted()).fetch(exceptedUrl(), LIMITS), refusedFor('redirected'));
      assert.equal(inside.connections(), connections + 1, String(status));
    }
  });

  test('the URL itself must be https, without credentials, and a URL', async () => {
    const options = { resolve: async () => ['8.8.8.8'] };
    const refused = [
      'http://tpp.example/keys.json',
      'ftp://tpp.example/keys.json',
      'file:///etc/passwd',
      'data:application/json,{}',
      'https://user@tpp.example/k',
      'https://user:word@tpp.example/k',
      'https://:word@tpp.example/k',
      'https://tpp.example:0/k',
      'https://',
      'tpp.example/keys.json',
      '//tpp.example/k',
      '',
      `https://tpp.example/${'k'.repeat(2_048)}`,
    ];
    for (const url of refused) {
      const before = sockets;
      await assert.rejects(guardedFetch(options).fetch(url, LIMITS), refusedFor('url-forbidden'));
      assert.equal(sockets, before, url);
    }
  });

  test('an exception is one origin and one path, and nothing that only resembles them', async () => {
    inside.answer((_request, response) => response.end('inside'));
    const documents = guardedFetch(excepted());
    assert.ok(await documents.fetch(exceptedUrl('/keys/a.json'), LIMITS));
    const outside = [
      exceptedUrl('/other/a.json'),
      exceptedUrl('/keys'),
      exceptedUrl('/keys/../other'),
      exceptedUrl('/keys/%2e%2e/other'),
      exceptedUrl('/keys/..%2fother'),
      exceptedUrl('/keys/..\\other'),
      `http://localhost:${inside.port}/keys/a.json`,
      `https://127.0.0.1:${inside.port}/keys/a.json`,
      'http://127.0.0.1:1/keys/a.json',
      `http://127.0.0.1:${inside.port}@tpp.example/keys/a.json`,
    ];
    const connections = inside.connections();
    for (const url of outside) {
      await assert.rejects(documents.fetch(url, LIMITS), FetchRefused, url);
      assert.equal(inside.connections(), connections, url);
    }
  });
});

describe('a document from outside is bounded', () => {
  test('in size: as many bytes as allowed, not one more, whether or not the size was announced', async () => {
    for (const announced of [true, false]) {
      const send = (length: number) => (_request: IncomingMessage, response: ServerResponse) => {
        if (announced) response.setHeader('content-length', length);
        else response.write('');
        response.end('x'.repeat(length));
      };
      inside.answer(send(1_000));
      assert.equal((await guardedFetch(excepted()).fetch(exceptedUrl(), LIMITS)).length, 1_000);
      inside.answer(send(1_001));
      await assert.rejects(guardedFetch(excepted()).fetch(exceptedUrl(), LIMITS), refusedFor('too-large'));
    }
  });

  test('in size, when it never ends', async () => {
    inside.answer((_request, response) => {
      const more = () => void (response.write('x'.repeat(500)) && !response.destroyed && setImmediate(more));
      response.on('error', () => {});
      more();
    });
    await assert.rejects(guardedFetch(excepted()).fetch(exceptedUrl(), LIMITS), refusedFor('too-large'));
  });

  test('in time: no answer, a drip of bytes, and a look-up that never ends are given up', async () => {
    const quick = { ...LIMITS, timeoutMs: 200 };
    inside.answer(() => {});
    await assert.rejects(guardedFetch(excepted()).fetch(exceptedUrl(), quick), refusedFor('too-slow'));
    inside.answer((_request, response) => {
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    });
    await assert.rejects(guardedFetch(excepted()).fetch(exceptedUrl(), quick), refusedFor('too-slow'));
    const resolve = () => new Promise<string[]>(() => {});
    await assert.rejects(guardedFetch({ resolve }).fetch('https://tpp.example/k', quick), refusedFor('too-slow'));
    const silent = createTcpServer(() => {});
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as AddressInfo;
    const tls = guardedFetch({ resolve: async () => ['127.0.0.1'], isAllowed: () => true });
    await assert.rejects(tls.fetch(`https://tpp.example:${port}/k`, quick), refusedFor('too-slow'));
    silent.close();
  });

  test('and must be a plain 200: no other status, no compression, no cut answer, no server without a trusted certificate', async () => {
    const answers: readonly [FetchRefusalCode, Answer][] = [
      ['not-found', (_request, response) => response.writeHead(404).end()],
      ['not-found', (_request, response) => response.writeHead(410).end()],
      ['failed', (_request, response) => response.writeHead(204).end()],
      ['failed', (_request, response) => response.writeHead(403).end()],
      ['failed', (_request, response) => response.writeHead(500).end()],
      ['encoded', (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'))],
      ['unreachable', (request) => request.socket.destroy()],
      [
        'unreachable',
        (request, response) => {
          response.writeHead(200, { 'content-length': 10 }).write('x');
          setImmediate(() => request.socket.destroy());
        },
      ],
      ['unreachable', (request) => request.socket.end('SSH-2.0-OpenSSH\r\n')],
    ];
    for (const [code, answer] of answers) {
      inside.answer(answer);
      await assert.rejects(guardedFetch(excepted()).fetch(exceptedUrl(), LIMITS), refusedFor(code));
    }
    inside.answer((_request, response) => response.end('x'));
    const tls = guardedFetch({ resolve: async () => ['127.0.0.1'], isAllowed: () => true });
    await assert.rejects(tls.fetch(`https://tpp.example:${inside.port}/k`, LIMITS), refusedFor('unreachable'));
  });

  test('the request says the host of the URL, takes no compression, and carries nothing of the bank’s', async () => {
    let headers: IncomingMessage['headers'] = {};
    inside.answer((request, response) => {
      headers = request.headers;
      response.end('x');
    });
    await guardedFetch(excepted()).fetch(exceptedUrl(), LIMITS);
    const host = `127.0.0.1:${inside.port}`;
    assert.deepEqual(headers, { host, accept: '*/*', 'accept-encoding': 'identity', connection: 'close' });
  });
});
