import assert from 'node:assert/strict';
import { SocketAddress } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { sourceNetwork } from '../../src/domain/source-network.ts';

describe('whom an address stands for', () => {
  for (const [address, expected] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8:1:3::6', '2001:db8:1:3::/64'],
    ['2001:db8:1:2:3:4:5::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    // All of IPv4 behind one translator.
    ['64:ff9b::c000:207', '64:ff9b::c000:207'],
  ] as const) {
    test(`${address} is counted as ${expected}`, () => assert.equal(sourceNetwork(address), expected));
  }

  test('two IPv6 addresses are counted together exactly when their first 64 bits are the same', () => {
    // Many zeros, which is where they are written otherwise.
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 0xffff }));
    const half = fc.tuple(group, group, group, group);
    const written = (groups: readonly number[]) =>
      new SocketAddress({ family: 'ipv6', address: groups.map((each) => each.toString(16)).join(':') }).address;
    const isSpecial = (groups: readonly number[]) =>
      (groups[0] === 0x64 && groups[1] === 0xff9b) || groups.slice(0, 5).every((each) => each === 0);
    fc.assert(
      fc.property(half, half, half, half, (first, other, host, otherHost) => {
        fc.pre(!isSpecial([...first, ...host]) && !isSpecial([...other, ...otherHost]));
        fc.pre(!isSpecial([...first, ...otherHost]));
        const one = sourceNetwork(written([...first, ...host]));
        assert.equal(sourceNetwork(written([...first, ...otherHost])), one);
        assert.equal(sourceNetwork(written([...other, ...otherHost])) === one, first.join() === other.join());
      }),
    );
  });
});
