import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverAddresses, serverName } from '../../src/adapters/postgres/server-addresses.ts';

test('one host is one address, whatever else is in it', () => {
  for (const url of [
    'postgres://lupa:a,b@db.example:5432/bank?sslmode=verify-full',
    'postgresql://[::1]:5432/bank',
    'postgres:///bank?host=/run/postgresql',
    'postgres://db.example/bank?options=-c%20a,b',
  ]) {
    assert.deepEqual(serverAddresses(url), [url]);
  }
});

test('several hosts are several addresses, alike in everything else', () => {
  assert.deepEqual(serverAddresses('postgres://lupa:a,b@one:5432, [::2]:5433,three/bank?sslmode=verify-full'), [
    'postgres://lupa:a,b@one:5432/bank?sslmode=verify-full',
    'postgres://lupa:a,b@[::2]:5433/bank?sslmode=verify-full',
    'postgres://lupa:a,b@three/bank?sslmode=verify-full',
  ]);
});

test('a list may hold both', () => {
  assert.deepEqual(serverAddresses(['postgres://a/x', 'postgres://b,c/x']), [
    'postgres://a/x',
    'postgres://b/x',
    'postgres://c/x',
  ]);
});

test('the name of a server tells where it is, and never who connects with which password', () => {
  for (const [address, name] of [
    ['postgres://lupa:opensesame@db.example:5433/bank?sslmode=verify-full', 'db.example:5433/bank'],
    ['postgres://lupa:open,sesame@db.example/bank', 'db.example:5432/bank'],
    ['postgresql://lupa:opensesame@[::1]:5432/bank', '[::1]:5432/bank'],
    ['postgres:///bank?host=/run/postgresql&user=lupa&password=opensesame', '/run/postgresql:5432/bank'],
    ['postgres://lupa:open/sesame@db.example:5432/bank', 'a server whose address is no URL'],
  ] as const) {
    assert.equal(serverName(address), name);
  }
});
