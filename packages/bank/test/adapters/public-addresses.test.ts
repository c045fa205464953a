import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isPublicAddress } from '../../src/adapters/public-addresses.ts';

/** The first and last address of each range that is not public, and its public neighbours. */
const RANGES: readonly { range: string; inside: readonly string[]; outside: readonly string[] }[] = [
  { range: 'this network', inside: ['0.0.0.0', '0.255.255.255'], outside: ['1.0.0.0'] },
  { range: 'private 10/8', inside: ['10.0.0.0', '10.255.255.255'], outside: ['9.255.255.255', '11.0.0.0'] },
  { range: 'carrier NAT', inside: ['100.64.0.0', '100.127.255.255'], outside: ['100.63.255.255', '100.128.0.0'] },
  { range: 'loopback', inside: ['127.0.0.1', '127.255.255.255'], outside: ['126.255.255.255', '128.0.0.0'] },
  { range: 'link-local', inside: ['169.254.0.0', '169.254.169.254'], outside: ['169.253.255.255', '169.255.0.0'] },
  { range: 'private 172.16/12', inside: ['172.16.0.0', '172.31.255.255'], outside: ['172.15.255.255', '172.32.0.0'] },
  { range: 'protocol assignments', inside: ['192.0.0.0', '192.0.0.255'], outside: ['191.255.255.255', '192.0.1.0'] },
  { range: 'documentation 1', inside: ['192.0.2.1'], outside: ['192.0.3.0'] },
  { range: '6to4 relays', inside: ['192.88.99.1'], outside: ['192.88.98.255', '192.88.100.0'] },
  {
    range: 'private 192.168/16',
    inside: ['192.168.0.0', '192.168.255.255'],
    outside: ['192.167.255.255', '192.169.0.0'],
  },
  { range: 'benchmarking', inside: ['198.18.0.0', '198.19.255.255'], outside: ['198.17.255.255', '198.20.0.0'] },
  { range: 'documentation 2', inside: ['198.51.100.7'], outside: ['198.51.101.0'] },
  { range: 'documentation 3', inside: ['203.0.113.7'], outside: ['203.0.114.0'] },
  { range: 'multicast', inside: ['224.0.0.1', '239.255.255.255'], outside: ['223.255.255.255'] },
  { range: 'reserved and broadcast', inside: ['240.0.0.0', '255.255.255.255'], outside: ['8.8.8.8'] },
  { range: 'IPv6 unspecified and loopback', inside: ['::', '::1'], outside: ['2a00::1'] },
  { range: 'mapped IPv4', inside: ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1'], outside: ['2400::1'] },
  { range: 'IPv4-compatible', inside: ['::127.0.0.1', '::8.8.8.8'], outside: ['2600::1'] },
  { range: 'NAT64', inside: ['64:ff9b::7f00:1', '64:ff9b:1::a00:1'], outside: ['2620::1'] },
  { range: 'discard', inside: ['100::1'], outside: ['2000::1'] },
  { range: 'Teredo and its neighbours', inside: ['2001::1', '2001:1ff:ffff::1'], outside: ['2001:200::1'] },
  { range: 'documentation 4', inside: ['2001:db8::1', '2001:db8:ffff::1'], outside: ['2001:db9::1'] },
  { range: '6to4', inside: ['2002:7f00:1::', '2002:a00:1::1'], outside: ['2003::1'] },
  { range: 'documentation 5', inside: ['3fff::1', '3fff:fff::1'], outside: ['3fff:1000::1'] },
  { range: 'unique-local', inside: ['fc00::1', 'fdff::1'], outside: ['2a02::1'] },
  { range: 'IPv6 link-local and site-local', inside: ['fe80::1', 'fec0::1'], outside: ['2a03::1'] },
  { range: 'IPv6 multicast', inside: ['ff02::1'], outside: ['2a04::1'] },
];

describe('an address is public unless a registry of IANA keeps it for something else', () => {
  for (const { range, inside, outside } of RANGES) {
    test(range, () => {
      for (const address of inside) assert.equal(isPublicAddress(address), false, address);
      for (const address of outside) assert.equal(isPublicAddress(address), true, address);
    });
  }

  test('what is no plain IP address is not public', () => {
    for (const text of [
      '',
      'localhost',
      '8.8.8',
      '0x7f000001',
      '2130706433',
      '8.8.8.8:80',
      '[2a00::1]',
      'fe80::1%eth0',
    ])
      assert.equal(isPublicAddress(text), false, text);
  });
});
