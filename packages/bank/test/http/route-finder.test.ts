import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Route } from '../../src/http/route.ts';
import { routeFinder } from '../../src/http/route-finder.ts';

const line = (method: Route['method'], path: string): Route => ({
  method,
  path,
  answer: async () => ({ status: 200, body: { path } }),
});
const finder = routeFinder(
  [line('GET', '/things/:thingId'), line('DELETE', '/things/:thingId'), line('PUT', '/things/:thingId/parts/:partId')],
  '/v1',
);
const paramsAt = (method: string, path: string) => finder.find(method, path)?.params;

describe('finding a route', () => {
  test('takes the path and what stands in it', () => {
    assert.deepEqual(paramsAt('GET', '/v1/things/7'), { thingId: '7' });
    assert.deepEqual(paramsAt('PUT', '/v1/things/7/parts/a.b~c'), { thingId: '7', partId: 'a.b~c' });
  });
  test('decodes what is encoded, and finds nothing where that cannot be done', () => {
    assert.deepEqual(paramsAt('GET', '/v1/things/a%2Fb'), { thingId: 'a/b' });
    assert.equal(paramsAt('GET', '/v1/things/a%2'), undefined);
    assert.equal(paramsAt('GET', '/v1/things/%ff'), undefined);
  });
  for (const path of [
    '/v1/things/',
    '/v1/things',
    '/v1/things/7/',
    '/v2/things/7',
    '/v1//7',
    '/v1/Things/7',
    '/V1/things/7',
  ]) {
    test(`finds nothing at ${path}`, () => {
      assert.equal(paramsAt('GET', path), undefined);
      assert.deepEqual(finder.allowedMethods(path), []);
    });
  }
  test('finds nothing for a method that the path does not take, and says which it takes', () => {
    for (const method of ['POST', 'get', '', '__proto__']) assert.equal(paramsAt(method, '/v1/things/7'), undefined);
    assert.deepEqual(finder.allowedMethods('/v1/things/7'), ['GET', 'DELETE']);
  });
  test('falls over nothing', () => {
    fc.assert(fc.property(fc.string(), (text) => void finder.find('GET', `/v1/things/${text}`)));
  });
});
