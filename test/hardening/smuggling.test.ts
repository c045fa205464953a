import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { verifyDetached } from '@lupa/protocol';
import { fetchResponseKeys } from '../flow/support/response-keys.ts';
import { StoreContents } from '../flow/support/store-contents.ts';
import { TestTpp } from '../flow/support/test-tpp.ts';
import { type ServeProcess, startServe } from '../serve/support/serve-process.ts';
import { prepareServedBank, type ServedBank } from '../serve/support/served-bank.ts';
import { converse, type RawConversation } from './support/raw-connection.ts';
import {
  type Caller,
  CRLF,
  chunk,
  headOf,
  LAST_CHUNK,
  PAYMENTS_PATH,
  paymentBody,
  signedLines,
  wholeRequest,
} from './support/signed-call.ts';

/** What the first request asks for, and what the one hidden behind it does. */
const BODY = paymentBody('asked for');
const HIDDEN = 'smuggled';
const LENGTH = `Content-Length: ${BODY.length}`;
const CHUNKED = 'Transfer-Encoding: chunked';
const SIZE = BODY.length.toString(16);
const IN_CHUNKS = chunk(BODY) + LAST_CHUNK;

/** One connection's bytes up to the hidden request. Each is signed and has a token: only its form can be what is wrong. */
type Vector = readonly [name: string, bytes: (caller: Caller) => string];

const head =
  (lines: readonly string[], body = BODY) =>
  (caller: Caller) =>
    headOf(caller, BODY, ...lines) + body;
const changed =
  (bytes: (caller: Caller) => string, from: string, to: string): Vector[1] =>
  (caller) =>
    bytes(caller).replace(from, () => to);

/** Requests of which it is not certain where they end, or which say what no request may. */
const REFUSED: readonly Vector[] = [
  ['a length, and chunks as well (CL.TE)', head([LENGTH, CHUNKED], IN_CHUNKS)],
  ['chunks, and a length as well (TE.CL)', head([CHUNKED, 'Content-Length: 4'], IN_CHUNKS)],
  ['chunks, and a second encoding that is none (TE.TE)', head([CHUNKED, 'Transfer-Encoding: x'], IN_CHUNKS)],
  ['chunks twice', head([CHUNKED, CHUNKED], IN_CHUNKS)],
  ['chunks, then identity', head(['Transfer-Encoding: chunked, identity'], IN_CHUNKS)],
  ['gzip, then chunks', head(['Transfer-Encoding: gzip, chunked'], IN_CHUNKS)],
  ['identity and a length', head(['Transfer-Encoding: identity', LENGTH])],
  ['an encoding that only looks like chunks', head(['Transfer-Encoding: xchunked'], IN_CHUNKS)],
  ['a vertical tab before the encoding', head(['Transfer-Encoding: \x0bchunked'], IN_CHUNKS)],
  ['a space between Transfer-Encoding and its colon', head(['Transfer-Encoding : chunked'], IN_CHUNKS)],
  ['a space between Content-Length and its colon', head([`Content-Length : ${BODY.length}`])],
  ['the same length twice', head([LENGTH, LENGTH])],
  ['two lengths that differ', head([LENGTH, 'Content-Length: 0'])],
  ['a list of lengths', head([`${LENGTH}, ${BODY.length}`])],
  ['a length with a plus', head([`Content-Length: +${BODY.length}`])],
  ['a length in hexadecimal', head([`Content-Length: 0x${SIZE}`])],
  ['a negative length', head(['Content-Length: -1'])],
  ['a length past every number', head([`Content-Length: ${'9'.repeat(23)}`])],
  ['an empty length', head(['Content-Length: '])],
  ['a folded header line', head([`x-session-id: a${CRLF} b`, LENGTH])],
  ['a folded Transfer-Encoding', head([`Transfer-Encoding:${CRLF} chunked`], IN_CHUNKS)],
  ['a folded line as the first', changed(head([LENGTH]), 'Host:', ' Host:')],
  ['lines that end in a bare LF', (caller) => headOf(caller, BODY, LENGTH).replaceAll(CRLF, '\n') + BODY],
  ['a header behind a bare LF', head([`x-session-id: a\n${CHUNKED}`, LENGTH])],
  ['a header behind a bare CR', head([`x-session-id: a\r${CHUNKED}`, LENGTH])],
  ['a NUL in a header', head(['x-session-id: a\0b', LENGTH])],
  ['chunks whose lines end in a bare LF', head([CHUNKED], `${SIZE}\n${BODY}\n0\n\n`)],
  ['a chunk extension that ends in a bare LF', head([CHUNKED], `${SIZE};a\n${BODY}${CRLF}${LAST_CHUNK}`)],
  ['a chunk extension of 20 kB', head([CHUNKED], `${SIZE};a=${'b'.repeat(20_000)}${CRLF}${BODY}${CRLF}${LAST_CHUNK}`)],
  ['a chunk size with 0x', head([CHUNKED], `0x${SIZE}${CRLF}${BODY}${CRLF}${LAST_CHUNK}`)],
  ['a negative chunk size', head([CHUNKED], `-1${CRLF}${BODY}${CRLF}${LAST_CHUNK}`)],
  ['a chunk size past every number', head([CHUNKED], `${'f'.repeat(17)}${CRLF}${BODY}${CRLF}${LAST_CHUNK}`)],
  ['a space behind a chunk size', head([CHUNKED], `${SIZE} ${CRLF}${BODY}${CRLF}${LAST_CHUNK}`)],
  ['a chunk longer than it says', head([CHUNKED], `${SIZE}${CRLF}${BODY}XX${LAST_CHUNK}`)],
  ['a length among the trailers', head([CHUNKED], `${chunk(BODY)}0${CRLF}Content-Length: 5${CRLF}${CRLF}`)],
  ['chunks in HTTP/1.0', changed(head([CHUNKED], IN_CHUNKS), 'HTTP/1.1', 'HTTP/1.0')],
  ['HTTP/0.9', () => `GET ${PAYMENTS_PATH}${CRLF}`],
  ['HTTP/2.0 that is written as 1.1', changed(head([LENGTH]), 'HTTP/1.1', 'HTTP/2.0')],
  ['the preface of HTTP/2', () => `PRI * HTTP/2.0${CRLF}${CRLF}SM${CRLF}${CRLF}`],
  ['no Host', changed(head([LENGTH]), `Host: localhost${CRLF}`, '')],
  ['two Hosts', head(['Host: other', LENGTH])],
  ['an expectation nobody knows', head(['Expect: nonsense', LENGTH])],
  ['a tab in the request line', changed(head([LENGTH]), 'POST ', 'POST\t')],
  ['a method in small letters', changed(head([LENGTH]), 'POST', 'post')],
];

/** Requests that are in order, or whose own refusal is none of their form, with a second one in the same packet. */
const FIRST_ONLY: readonly (readonly [name: string, status: number, bytes: Vector[1]])[] = [
  ['one that is in order', 201, head([LENGTH])],
  ['one in chunks', 201, head([CHUNKED], IN_CHUNKS)],
  ['one with a chunk extension', 201, head([CHUNKED], `${SIZE};a=b${CRLF}${BODY}${CRLF}${LAST_CHUNK}`)],
  ['one that closes the connection', 201, head([LENGTH, 'Connection: close'])],
  ['one of HTTP/1.0 that keeps the connection', 201, changed(head([LENGTH, 'Connection: keep-alive']), '1.1', '1.0')],
  ['one that asks for another protocol', 201, head([LENGTH, 'Connection: Upgrade', 'Upgrade: websocket'])],
  ['one whose token is unknown', 401, changed(head([LENGTH]), 'Bearer ', 'Bearer x')],
  ['one with two tokens', 401, head([LENGTH, 'Authorization: Bearer x'])],
  ['one that is compressed', 415, head([LENGTH, 'Content-Encoding: gzip'])],
  ['one whose body is too large, as its length says', 413, head(['Content-Length: 70000'])],
  ['one whose body turns out too large', 413, head([CHUNKED], chunk('x'.repeat(70_000)) + LAST_CHUNK)],
];

describe('a request that is hidden behind another one', () => {
  let bank: ServedBank;
  let server: ServeProcess;
  let store: StoreContents;
  let caller: Caller;
  let keys: Awaited<ReturnType<typeof fetchResponseKeys>>;

  before(async () => {
    bank = await prepareServedBank();
    server = await startServe(bank.files.write(await bank.configuration()), { workers: 1 });
    store = await StoreContents.open(bank.databaseUrl);
    keys = await fetchResponseKeys(server.authorize);
    const tpp = await TestTpp.of(bank.tpp, server);
    caller = { tpp: bank.tpp, token: await tpp.clientToken() };
    tpp.close();
  });
  after(async () => {
    await store?.close();
    await server?.end('SIGKILL');
    await bank?.close();
  });

  const api = (...pieces: readonly string[]) => converse({ url: server.api, tls: bank.tpp.tls }, ...pieces);
  const hidden = () => wholeRequest(caller, paymentBody(HIDDEN));

  async function created(message: string): Promise<number> {
    const rows = await store.query("SELECT 1 FROM payments WHERE request->>'message' = $1", [message]);
    return rows.length;
  }

  function assertSigned({ answers }: RawConversation): void {
    for (const { headers, body } of answers) verifyDetached(headers['x-jws-signature'], body, keys);
  }

  test('creates a payment when it is not hidden', async () => {
    const { answers } = await api(
      wholeRequest(caller, paymentBody('alone')).replace('Host:', `Connection: close${CRLF}Host:`),
    );
    assert.deepEqual([answers.map(({ status }) => status), await created('alone')], [[201], 1]);
  });

  for (const [name, bytes] of REFUSED) {
    test(`behind ${name}: neither is executed, one signed 400, the connection ends`, async () => {
      const before = await created('asked for');
      const conversation = await api(bytes(caller) + hidden());
      const { answers, isClosed } = conversation;
      assert.deepEqual([answers.map(({ status }) => status), isClosed], [[400], true]);
      assertSigned(conversation);
      assert.deepEqual([await created(HIDDEN), await created('asked for')], [0, before]);
    });
  }

  for (const [name, status, bytes] of FIRST_ONLY) {
    test(`behind ${name}: only the first is answered, and the connection ends`, async () => {
      const conversation = await api(bytes(caller) + hidden());
      const { answers, isClosed } = conversation;
      assert.deepEqual([answers.map((answer) => answer.status), isClosed], [[status], true]);
      assertSigned(conversation);
      assert.equal(await created(HIDDEN), 0);
    });
  }

  test('as the body of a GET is a body', async () => {
    const lines = ['Connection: close', `Content-Length: ${hidden().length}`];
    const get = ['GET /payments-psd2/v1/payments/1 HTTP/1.1', ...signedLines(caller, BODY), ...lines, '', ''].join(
      CRLF,
    );
    const { answers } = await api(get + hidden());
    assert.deepEqual([answers.map(({ status }) => status), await created(HIDDEN)], [[404], 0]);
  });

  test('behind bytes that are no request at all: what came before them is answered, and nothing after', async () => {
    const before = await created('asked for');
    const conversation = await api(`${head([LENGTH])(caller)}\0garbage${CRLF}${CRLF}${hidden()}`);
    assert.deepEqual(
      conversation.answers.map(({ status }) => status),
      [201],
    );
    assert.ok(conversation.isClosed);
    assertSigned(conversation);
    assert.deepEqual([await created('asked for'), await created(HIDDEN)], [before + 1, 0]);
  });

  test('one after the other on one connection, each when the one before was answered, all are executed', async () => {
    const agent = await TestTpp.of(bank.tpp, server);
    for (let call = 0; call < 20; call += 1) await agent.created(caller.token);
    agent.close();
  });

  test('the listener for browsers takes no more either', async () => {
    const { pathname } = new URL('/.well-known/openid-configuration', server.authorize);
    const get = (...lines: string[]) => [`GET ${pathname} HTTP/1.1`, ...lines, '', ''].join(CRLF);
    const right = get('Host: localhost');
    const browser = (text: string) => converse({ url: server.authorize, tls: { ca: bank.tpp.tls.ca } }, text);
    const statuses = async (text: string) => (await browser(text)).answers.map(({ status }) => status);
    assert.deepEqual(await statuses(get('Host: localhost', 'Connection: close')), [200]);
    for (const wrong of [
      get(),
      get('Host: localhost', 'Host: other'),
      get('Host: localhost', 'Transfer-Encoding: gzip, chunked') + LAST_CHUNK,
      get('Host: localhost', 'Content-Length: 0', CHUNKED) + LAST_CHUNK,
      get('Host: localhost', 'Expect: nonsense'),
      get('Host: localhost').replace('1.1', '2.0'),
    ]) {
      assert.deepEqual(await statuses(wrong + right), [400], wrong);
    }
  });
});
