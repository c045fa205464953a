import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ID_TOKEN_KEY_KEPT_SECONDS,
  planKeyRotation,
  RESPONSE_KEY_KEPT_SECONDS,
} from '../../src/domain/key-rotation.ts';
import {
  KEYS_MAX_AGE_SECONDS,
  KEYS_REREAD_SECONDS,
  type KeyTimes,
  keyTimesFault,
  publishedKeys,
  signingKey,
} from '../../src/domain/key-schedule.ts';

interface NamedKey extends KeyTimes {
  readonly kid: string;
}

const NOW = new Date('2026-11-22T12:00:00Z');
const inSeconds = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const OLD: NamedKey = { kid: 'old' };

test('a new key is published for twice as long as callers may keep what they read, and the old one stays for what it signed', () => {
  const plan = planKeyRotation([OLD], NOW, { keptSeconds: 3600 });
  assert.deepEqual(plan, {
    newKey: { signsFrom: inSeconds(2 * KEYS_MAX_AGE_SECONDS) },
    others: [{ kid: 'old', retiresAt: inSeconds(2 * KEYS_MAX_AGE_SECONDS + 3600) }],
  });
});

test('an ID-token key outlives its last token and a clock that is minutes behind; a response key outlives a day', () => {
  const longestIdTokenSeconds = 600;
  assert.ok(ID_TOKEN_KEY_KEPT_SECONDS >= longestIdTokenSeconds + KEYS_MAX_AGE_SECONDS + 300);
  assert.equal(RESPONSE_KEY_KEPT_SECONDS, 86_400);
});

test('a rotation is refused until the key of the last one signs, and taken from that moment on', () => {
  const waiting: readonly [NamedKey, NamedKey] = [
    { kid: 'new', signsFrom: inSeconds(600) },
    { ...OLD, retiresAt: inSeconds(4200) },
  ];
  assert.equal(planKeyRotation(waiting, inSeconds(599), { keptSeconds: 3600 }), undefined);
  const plan = planKeyRotation(waiting, inSeconds(600), { keptSeconds: 3600 });
  // The one that was retiring keeps its time; nobody prolongs it.
  assert.deepEqual(
    plan?.others.map(({ retiresAt }) => retiresAt),
    [inSeconds(600 + 600 + 3600), inSeconds(4200)],
  );
});

test('at once means: as soon as every process has read it, and every other key goes that moment; one that never signed is gone now', () => {
  const moment = inSeconds(2 * KEYS_REREAD_SECONDS);
  const waiting: readonly [NamedKey, NamedKey] = [{ kid: 'new', signsFrom: inSeconds(300) }, OLD];
  const plan = planKeyRotation(waiting, NOW, { keptSeconds: 3600, atOnce: true });
  assert.deepEqual(plan, { newKey: { signsFrom: moment }, others: [{ kid: 'old', retiresAt: moment }] });
  // One that will sign for a moment before is kept for that moment.
  const aboutTo: readonly [NamedKey, NamedKey] = [{ kid: 'new', signsFrom: inSeconds(5) }, OLD];
  const later = planKeyRotation(aboutTo, NOW, { keptSeconds: 3600, atOnce: true });
  assert.deepEqual(
    later?.others.map(({ kid, retiresAt }) => [kid, retiresAt]),
    [
      ['new', moment],
      ['old', moment],
    ],
  );
});

test('however often and however urgently keys rotate, a bank can use them, and every key is known before it signs', () => {
  const rotation = fc.record({ afterSeconds: fc.integer({ min: 0, max: 8_000 }), atOnce: fc.boolean() });
  fc.assert(
    fc.property(fc.array(rotation, { minLength: 1, maxLength: 12 }), (rotations) => {
      let keys: [NamedKey, ...NamedKey[]] = [OLD];
      const publishedFrom = new Map([[OLD.kid, NOW.getTime() - 86_400_000]]);
      let at = NOW;
      for (const [index, { afterSeconds, atOnce }] of rotations.entries()) {
        const next = new Date(at.getTime() + afterSeconds * 1000);
        for (let now = at; now <= next; now = new Date(now.getTime() + 250_000)) {
          const signer = signingKey(keys, now);
          assert.ok(publishedKeys(keys, now).includes(signer));
          const knownMs = now.getTime() - (publishedFrom.get(signer.kid) ?? Number.POSITIVE_INFINITY);
          assert.ok(knownMs >= 2 * KEYS_REREAD_SECONDS * 1000, `${signer.kid} was known for ${knownMs} ms`);
        }
        at = next;
        const plan = planKeyRotation(keys, at, { keptSeconds: 3600, atOnce });
        if (plan === undefined) continue;
        keys = [{ kid: `key-${index}`, ...plan.newKey }, ...publishedKeys(plan.others, at)];
        publishedFrom.set(`key-${index}`, at.getTime());
        assert.equal(keyTimesFault(keys), undefined);
      }
    }),
  );
});
