import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressList } from '../../src/http/address-list.ts';

describe('a list of addresses', () => {
  test('has addresses and networks of both versions', () => {
    const list = addressList(['10.0.0.7', '10.1.0.0/16', '2001:db8::/64', '::1']);
    for (const [address, expected] of [
      ['10.0.0.7', true],
      ['10.0.0.8', false],
      ['10.1.255.255', true],
      ['10.2.0.0', false],
      ['2001:db8::ffff', true],
      ['2001:db8:0:1::', false],
      ['::1', true],
    ] as const) {
      assert.equal(list.holds(address), expected, address);
    }
  });

  test('knows an IPv4 address where it is written as an IPv6 one, and holds nobody who has gone', () => {
    const list = addressList(['10.1.0.0/16', 'fe80::/10']);
    assert.ok(list.holds('::ffff:10.1.0.1'));
    assert.ok(!list.holds('::ffff:10.2.0.1'));
    assert.ok(list.holds('fe80::1%eth0'));
    assert.ok(!list.holds(undefined));
  });

  for (const text of ['', 'localhost', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1']) {
    test(`no address: ${JSON.stringify(text)}`, () => assert.throws(() => addressList([text]), RangeError));
  }
});
