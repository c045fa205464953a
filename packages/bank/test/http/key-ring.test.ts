import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { signDetached } from '@lupa/protocol';
import { decodeProtectedHeader } from 'jose';
import { keyRing } from '../../src/http/key-ring.ts';
import type { BankKey } from '../../src/ports/bank-keys.ts';
import { StandingClock } from '../bank-parts.ts';

const newKey = (kid: string, times: Pick<BankKey, 'signsFrom' | 'retiresAt'> = {}): BankKey => ({
  kid,
  alg: 'ES256',
  privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ...times,
});
const NOON = '2026-11-22T12:00:00.000Z';
const afterNoon = (seconds: number) => new Date(Date.parse(NOON) + seconds * 1000);

function rotating() {
  const clock = new StandingClock(NOON);
  const list: [BankKey, ...BankKey[]] = [
    newKey('new', { signsFrom: afterNoon(600) }),
    newKey('old', { retiresAt: afterNoon(4200) }),
  ];
  const held = { list };
  const ring = keyRing(() => held.list, clock);
  const published = () => ring.published().keys.map(({ kid }) => kid);
  return { clock, held, ring, published };
}

test('the signer is the same object until the next key begins, so that its header is encoded once', () => {
  const { clock, ring } = rotating();
  const signer = ring.signer();
  clock.advance(599_999);
  assert.equal(ring.signer(), signer);
  assert.equal(signer.kid, 'old');
  clock.advance(1);
  const next = ring.signer();
  assert.equal(next.kid, 'new');
  clock.advance(3_599_999);
  assert.equal(ring.signer(), next);
});

test('what is published changes at the moment a key retires and not before', () => {
  const { clock, ring, published } = rotating();
  const before = ring.published();
  assert.deepEqual(published(), ['new', 'old']);
  clock.advance(4_199_999);
  assert.deepEqual(published(), ['new', 'old']);
  assert.equal(before.keys.length, 2);
  clock.advance(1);
  assert.deepEqual(published(), ['new']);
});

test('a clock that was set back makes the old key the signer again', () => {
  const { clock, ring } = rotating();
  clock.advance(600_000);
  assert.equal(ring.signer().kid, 'new');
  clock.advance(-1);
  assert.equal(ring.signer().kid, 'old');
});

test('another list counts from the next answer on', () => {
  const { held, ring, published } = rotating();
  assert.equal(ring.signer().kid, 'old');
  held.list = [newKey('another')];
  assert.equal(ring.signer().kid, 'another');
  assert.deepEqual(published(), ['another']);
});

test('public halves are published and nothing else of a key; what is signed names its kid and its typ', () => {
  const { clock, held, ring } = rotating();
  for (const jwk of ring.published().keys) {
    assert.deepEqual(Object.keys(jwk).toSorted(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  }
  const header = (jws: string) => decodeProtectedHeader({ protected: jws.split('.')[0] ?? '' });
  assert.deepEqual(header(signDetached(Buffer.from('{}'), ring.signer())), { kid: 'old', alg: 'ES256' });
  const typed = keyRing(() => held.list, clock, { typ: 'JWT' });
  assert.deepEqual(header(signDetached(Buffer.from('{}'), typed.signer())), { kid: 'old', alg: 'ES256', typ: 'JWT' });
});
