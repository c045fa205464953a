import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readBrowserCookie } from '../../src/sca/browser-cookie.ts';
import { formToken, isTokenOf } from '../../src/sca/form-token.ts';
import { isFromOwnPage } from '../../src/sca/same-origin.ts';

const VALUE = 'A'.repeat(43);

describe('the session cookie', () => {
  test('is found among others', () => {
    assert.equal(readBrowserCookie(`other=1; lupa_sca=${VALUE}; last=2`), VALUE);
  });

  test('of a shape that was never given out is none', () => {
    for (const value of ['', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}%`]) {
      assert.equal(readBrowserCookie(`lupa_sca=${value}`), undefined);
    }
    assert.equal(readBrowserCookie(undefined), undefined);
    assert.equal(readBrowserCookie(`lupa_scax=${VALUE}`), undefined);
  });
});

describe('a form token', () => {
  const form = { sessionId: 'session', form: 'review', challengeId: undefined } as const;
  const token = formToken(VALUE, form);

  test('fits its form and no other', () => {
    assert.equal(isTokenOf(token, VALUE, form), true);
    assert.equal(isTokenOf(token, VALUE, { ...form, form: 'factor' }), false);
    assert.equal(isTokenOf(token, VALUE, { ...form, sessionId: 'other' }), false);
    assert.equal(isTokenOf(token, VALUE, { ...form, challengeId: 'challenge' }), false);
    assert.equal(isTokenOf(token, 'B'.repeat(43), form), false);
    assert.equal(isTokenOf(`${token}x`, VALUE, form), false);
    assert.equal(isTokenOf('', VALUE, form), false);
  });
});

describe('where a form came from', () => {
  const own = (headers: Record<string, string>) => isFromOwnPage(headers, 'http://localhost:8080');

  test('our own origin, or none told, is ours', () => {
    assert.equal(own({ origin: 'http://localhost:8080' }), true);
    assert.equal(own({ origin: 'null', 'sec-fetch-site': 'same-origin' }), true);
    assert.equal(own({}), true);
  });

  test('another port, scheme or site is not', () => {
    assert.equal(own({ origin: 'http://localhost:8081' }), false);
    assert.equal(own({ origin: 'https://localhost:8080' }), false);
    assert.equal(own({ origin: 'http://localhost:8080', 'sec-fetch-site': 'cross-site' }), false);
    assert.equal(own({ 'sec-fetch-site': 'same-site' }), false);
  });
});
