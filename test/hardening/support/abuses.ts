import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';
import { openRaw, type RawDoor, readAnswers } from './raw-connection.ts';
import { CRLF, PAYMENTS_PATH } from './signed-call.ts';

/** Whom an abuser turns against, and as whom. */
export interface AbuseOrder {
  readonly api: string;
  readonly authorize: string;
  readonly tls: TppIdentity['tls'];
  readonly apiKey: string;
  readonly token: string;
  /** Connections, over both listeners together. */
  readonly connections: number;
}

/** What became of it: answers by their status, and connections that the bank ended without one. */
export type Tally = Record<string, number>;

interface Scene {
  readonly order: AbuseOrder;
  readonly count: (what: string, by?: number) => void;
  readonly isOver: () => boolean;
  /** To be called once it goes on in full. */
  readonly underWay: () => void;
}

/** Everybody else on this machine is 127.0.0.1. */
const FLOOD_ADDRESS = '127.0.0.2';
const SOMETHING = `GET /nowhere HTTP/1.1${CRLF}Host: localhost${CRLF}${CRLF}`;
const MB = 1024 * 1024;
const DRIP_MS = 200;
/** How often one looks whether the last connections have been answered. */
const ANSWER_LOOKS = 150;
/** Handshakes that one abuser begins at once: more would only wait for each other. */
const OPENING_AT_ONCE = 32;

/** Each goes on until it is over. */
export const ABUSES = {
  /** Heads that come byte by byte. */
  'slow heads': (scene: Scene) =>
    drip(scene, () => `GET ${PAYMENTS_PATH}/1 HTTP/1.1${CRLF}Host: localhost${CRLF}x-a: `),
  /** Bodies that come byte by byte. */
  'slow bodies': (scene: Scene) => drip(scene, () => headWith(scene.order, 'Content-Length: 60000')),
  /** TCP connections on which no handshake is ever finished. */
  'handshakes never finished': unfinishedHandshakes,
  /** As many handshakes as can be had, each whole, from an address that is nobody else's. */
  'handshake flood': (scene: Scene) => again(scene, () => wholeHandshake(scene)),
  /** Connections over TLS that say something once, and are kept. */
  'idle connections': idleConnections,
  /** 100 MB, with their length told. */
  'bodies of 100 MB': (scene: Scene) => again(scene, () => hugeBody(scene, `Content-Length: ${100 * MB}`)),
  /** 100 MB in chunks, so that their length shows only as they come. */
  'bodies of 100 MB in chunks': (scene: Scene) => again(scene, () => hugeBody(scene, 'Transfer-Encoding: chunked')),
  /** JSON that opens as many arrays as fit a body. */
  'JSON 65,000 deep': (scene: Scene) => again(scene, () => ask(scene, '['.repeat(65_000))),
  'JSON 100,000 deep': (scene: Scene) => again(scene, () => ask(scene, '['.repeat(100_000))),
  /** 60 kB that would be 60 MB. */
  'decompression bombs': (scene: Scene) => again(scene, () => ask(scene, bomb(), 'Content-Encoding: gzip')),
  /** More header lines than any request has, and one that is as long as all of them may be. */
  'header floods': (scene: Scene) =>
    again(scene, () => ask(scene, '{}', ...Array.from({ length: 3_000 }, (_, line) => `x-${line}: a`))),
  /** Signatures that have to be verified to be found wrong. */
  'wrong signatures': (scene: Scene) =>
    again(scene, () => ask(scene, JSON.stringify({ message: randomUUID() }), `x-jws-signature: ${wrongSignature()}`)),
  /** As many calls as one TPP gets through. */
  'one TPP’s flood': (scene: Scene) => again(scene, () => flood(scene)),
} as const satisfies Record<string, (scene: Scene) => Promise<void>>;

export type AbuseName = keyof typeof ABUSES;

/** Of a signature that is well-formed and names the TPP's own key: to be set before it is used. */
let keyId = '';
export function useKey(kid: string): void {
  keyId = kid;
}

function wrongSignature(): string {
  const header = Buffer.from(JSON.stringify({ kid: keyId, alg: 'ES256' })).toString('base64url');
  return `${header}..${Buffer.alloc(64, 7).toString('base64url')}`;
}

let packed: Buffer | undefined;
function bomb(): Buffer {
  packed ??= gzipSync(Buffer.alloc(60 * MB, '['));
  return packed.subarray(0, 60_000);
}

const doors = ({ api, authorize, tls }: AbuseOrder): readonly [RawDoor, RawDoor] => [
  { url: api, tls },
  { url: authorize, tls: { ca: tls.ca } },
];

function headWith({ apiKey, token }: AbuseOrder, ...lines: readonly string[]): string {
  const own = ['Host: localhost', `x-api-key: ${apiKey}`, `Authorization: Bearer ${token}`];
  const keyed = [...own, `x-idempotency-key: ${randomUUID()}`, ...lines];
  return [`POST ${PAYMENTS_PATH} HTTP/1.1`, ...keyed, '', ''].join(CRLF);
}

/** Keeps as many of these up as there are connections, each begun anew when it has ended. */
async function again({ order, isOver, underWay }: Scene, once: () => Promise<void>): Promise<void> {
  const one = async () => {
    while (!isOver()) await once().catch(() => undefined);
  };
  underWay();
  await Promise.all(Array.from({ length: order.connections }, one));
}

async function wholeHandshake({ order, count }: Scene): Promise<void> {
  const socket = await openRaw({ ...doors(order)[0], from: FLOOD_ADDRESS }).catch(() => undefined);
  count(socket === undefined ? 'refused before its handshake' : 'finished its handshake');
  socket?.destroy();
}

async function ask(scene: Scene, body: string | Buffer, ...lines: readonly string[]): Promise<void> {
  const socket = await openRaw(doors(scene.order)[0]);
  const heard = listen(socket, scene);
  socket.write(headWith(scene.order, `Content-Length: ${body.length}`, 'Connection: close', ...lines));
  socket.write(body);
  await heard;
}

async function hugeBody(scene: Scene, line: string): Promise<void> {
  const socket = await openRaw(doors(scene.order)[0]);
  const heard = listen(socket, scene);
  let isHeard = false;
  heard.then(() => {
    isHeard = true;
  });
  socket.write(headWith(scene.order, line));
  const block = Buffer.alloc(MB, ' ');
  const piece = line.includes('chunked')
    ? Buffer.concat([Buffer.from('100000\r\n'), block, Buffer.from('\r\n')])
    : block;
  for (let sent = 0; sent < 100 && !isHeard && socket.writable; sent += 1) {
    if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), heard]);
  }
  await heard;
}

async function flood(scene: Scene): Promise<void> {
  const { order, count, isOver } = scene;
  const socket = await openRaw(doors(order)[0]);
  const get = [`GET ${PAYMENTS_PATH}/${randomUUID()} HTTP/1.1`, ...headWith(order).split(CRLF).slice(1)].join(CRLF);
  let held = Buffer.alloc(0);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    const [answer] = wholeAnswers(held);
    if (answer === undefined) return;
    held = Buffer.alloc(0);
    count(String(answer));
    if (isOver()) socket.destroy();
    else socket.write(get);
  });
  socket.write(get);
  await ended;
}

function wholeAnswers(bytes: Buffer): number[] {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
  return end !== -1 && bytes.length >= end + 4 + length ? [Number(text.slice(9, 12))] : [];
}

async function drip({ order, count, isOver, underWay }: Scene, begin: () => string): Promise<void> {
  const [api, authorize] = doors(order);
  const free = new Array(OPENING_AT_ONCE).fill(Promise.resolve()) as Promise<unknown>[];
  /** Opens after another has been opened: many handshakes at once are another abuse. */
  const open = (door: RawDoor) => {
    const opening = (free.shift() ?? Promise.resolve()).then(() => openRaw(door)).catch(() => undefined);
    free.push(opening);
    return opening;
  };
  let opened = 0;
  const one = async (door: RawDoor) => {
    while (!isOver()) {
      const socket = await open(door);
      opened += 1;
      if (opened === order.connections) underWay();
      if (socket === undefined) continue;
      const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.on('data', (bytes: Buffer) => count(bytes.toString('latin1', 9, 12)));
      socket.write(begin());
      while (!isOver() && !socket.destroyed) {
        socket.write('a');
        await Promise.race([ended, sleep(DRIP_MS)]);
      }
      if (!isOver()) count('ended by the bank');
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: order.connections }, (_, each) => one(each % 2 === 0 ? api : authorize)));
}

async function unfinishedHandshakes({ order, count, isOver, underWay }: Scene): Promise<void> {
  // The beginning of a ClientHello (RFC 8446 section 4): the rest never comes.
  const beginning = Buffer.from('16030101000100', 'hex');
  const one = async (door: RawDoor, isSilent: boolean) => {
    while (!isOver()) {
      const socket: Socket = connect(Number(new URL(door.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      const ended = new Promise<string>((resolve) => socket.once('close', () => resolve('ended by the bank')));
      if (!isSilent) socket.write(beginning);
      while (!isOver() && !socket.destroyed) await Promise.race([ended, sleep(DRIP_MS)]);
      if (!isOver()) count('ended by the bank');
      socket.destroy();
    }
  };
  const both = doors(order);
  const all = Array.from({ length: order.connections }, (_, each) => one(both[each % 2 === 0 ? 0 : 1], each % 4 < 2));
  underWay();
  await Promise.all(all);
}

async function idleConnections({ order, count, isOver, underWay }: Scene): Promise<void> {
  const both = doors(order);
  const open = new Set<Socket>();
  let next = 0;
  const opener = async () => {
    while (next < order.connections && !isOver()) {
      const door = both[next % 2 === 0 ? 0 : 1];
      next += 1;
      const socket = await openRaw(door).catch(() => undefined);
      if (socket === undefined) {
        count('not opened');
        continue;
      }
      socket.once('close', () => open.delete(socket));
      // Only then may it ask again: who asks before is answered no more.
      socket.once('data', () => {
        open.add(socket);
        count('answered once');
      });
      socket.write(SOMETHING);
    }
  };
  // Until all are open, the first ones have to say something again.
  const staying = setInterval(() => {
    for (const socket of open) socket.write(SOMETHING);
  }, 30_000);
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, opener));
  for (let looks = 0; open.size < order.connections && looks < ANSWER_LOOKS; looks += 1) await sleep(DRIP_MS);
  clearInterval(staying);
  count('open at once', open.size);
  underWay();
  while (!isOver()) await sleep(DRIP_MS);
  for (const socket of open) socket.destroy();
}

/** Resolves when the bank has ended the connection; what it answered is counted. */
function listen(socket: Socket, { count }: Scene): Promise<void> {
  const chunks: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => chunks.push(bytes));
  return new Promise((resolve) => {
    socket.once('close', () => {
      const answers = chunks.length === 0 ? [] : readAnswers(Buffer.concat(chunks));
      for (const { status } of answers) count(String(status));
      if (answers.length === 0) count('ended without an answer');
      resolve();
    });
  });
}
