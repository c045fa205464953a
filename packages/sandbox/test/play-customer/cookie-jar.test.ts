import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CookieJar } from '../../src/play-customer/cookie-jar.ts';

test('a cookie is sent below its path, the most specific first, and nowhere else', () => {
  const jar = new CookieJar();
  jar.take(['a=1; Path=/; HttpOnly', 'b=2; path=/oauth/authorize; SameSite=Lax'], '/oauth/authorize');
  assert.equal(jar.header('/oauth/authorize'), 'b=2; a=1');
  assert.equal(jar.header('/oauth/authorize/x'), 'b=2; a=1');
  assert.equal(jar.header('/oauth/authorizer'), 'a=1');
  assert.equal(jar.header('/'), 'a=1');
});

test('a cookie without a path belongs to the directory of the page that set it', () => {
  const jar = new CookieJar();
  jar.take(['a=1'], '/sca/page');
  assert.equal(jar.header('/sca/other'), 'a=1');
  assert.equal(jar.header('/'), '');
});

test('a cookie that has ended is gone, one that lasts is kept', () => {
  const jar = new CookieJar();
  jar.take(['a=1; Path=/', 'b=2; Path=/', 'c=a=b; Path=/; Max-Age=60'], '/');
  jar.take(['a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=; Path=/; Max-Age=0'], '/');
  assert.equal(jar.header('/'), 'c=a=b');
});
