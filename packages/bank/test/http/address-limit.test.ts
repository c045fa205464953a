import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jsonLog } from '../../src/adapters/json-log.ts';
import { AddressLimit, type AddressLimitSettings } from '../../src/http/address-limit.ts';
import { NO_MEASURES } from '../../src/ports/measures.ts';

const MINUTE_MS = 60_000;

/** A limit whose time stands still until it is told. */
function limitOf(settings: Partial<AddressLimitSettings>) {
  const lines: { level: number; from?: string; refused?: number; msg: string }[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const time = { nowMs: 0 };
  const limit = new AddressLimit(
    { perSecond: 1, burst: 2, exempt: [], ...settings },
    { measures: NO_MEASURES, log: jsonLog({ level: 'warn', stream: stream as never }), nowMs: () => time.nowMs },
  );
  const begin = (address: string | undefined, times = 1) =>
    Array.from({ length: times }, () => limit.admits(address)).filter(Boolean).length;
  return { limit, lines, time, begin };
}

describe('how many connections each address may begin', () => {
  test('is each address’s own; an IPv6 one’s are those of its /64, and an IPv4 one is the same however it is written', () => {
    const { begin } = limitOf({ burst: 2 });
    assert.equal(begin('192.0.2.1', 3), 2);
    assert.equal(begin('::ffff:192.0.2.1'), 0);
    assert.equal(begin('192.0.2.2', 3), 2);
    assert.equal(begin('2001:db8:0:1::1'), 1);
    assert.equal(begin('2001:db8:0:1:ffff::2', 2), 1);
    assert.equal(begin('2001:db8:0:2::1', 3), 2);
  });

  test('comes back with time', () => {
    const { begin, time } = limitOf({ perSecond: 1, burst: 2 });
    assert.equal(begin('192.0.2.1', 3), 2);
    time.nowMs = 1_000;
    assert.equal(begin('192.0.2.1', 3), 1);
  });

  test('is as many as they like for those who are exempt, and for who has gone already', () => {
    const { begin, limit } = limitOf({ exempt: ['192.0.2.0/25', '2001:db8::/48'] });
    assert.equal(begin('192.0.2.127', 100), 100);
    assert.equal(begin('2001:db8:0:7::1', 100), 100);
    assert.equal(begin(undefined, 100), 100);
    assert.equal(limit.size, 0);
    assert.equal(begin('192.0.2.128', 100), 2);
  });

  test('takes no exempt address that is none', () => {
    assert.throws(() => limitOf({ exempt: ['the proxy'] }), RangeError);
  });

  test('is remembered of 10,000 addresses and no more: who came last before all others is forgotten, and who floods never', () => {
    const { begin, limit } = limitOf({ burst: 2 });
    const address = (each: number) => `10.${each >> 16}.${(each >> 8) & 255}.${each & 255}`;
    begin('192.0.2.1', 2);
    begin('192.0.2.2', 2);
    for (let each = 0; each < 10_000; each += 1) {
      begin(address(each));
      // Refused, and looked at all the same.
      if (each % 1_000 === 0) assert.equal(begin('192.0.2.2'), 0);
    }
    assert.equal(limit.size, 10_000);
    assert.equal(begin('192.0.2.2'), 0);
    assert.equal(begin('192.0.2.1', 3), 2);
  });

  test('is told of once a minute, with how many were refused since', () => {
    const { begin, lines, time } = limitOf({ perSecond: 0.001, burst: 1 });
    begin('192.0.2.1', 1);
    assert.deepEqual(lines, []);
    begin('192.0.2.1', 4);
    time.nowMs = MINUTE_MS - 1;
    begin('192.0.2.1', 5);
    assert.equal(lines.length, 1);
    time.nowMs = MINUTE_MS;
    begin('2001:db8::1', 2);
    begin('2001:db8::1', 2);
    assert.deepEqual(
      lines.map(({ from, refused }) => [from, refused]),
      [
        ['192.0.2.1', 1],
        ['2001:db8:0:0::/64', 9],
      ],
    );
  });
});
