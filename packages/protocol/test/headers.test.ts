import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEADERS, parseFapiInteractionId, parseHttpDate, parseIdempotencyKey } from '../src/headers.ts';

test('header names are in lower case, as Node gives them', () => {
  for (const name of Object.values(HEADERS)) assert.equal(name, name.toLowerCase());
});

test('an interaction id is a UUID of either case and goes back unchanged', () => {
  const id = '351cd754-1177-4f87-812e-3a996a44aba8';
  assert.equal(parseFapiInteractionId(id), id);
  assert.equal(parseFapiInteractionId(id.toUpperCase()), id.toUpperCase());
  for (const text of ['', 'x', `${id}x`, `${id}\r\nx: y`, id.replaceAll('-', '')])
    assert.equal(parseFapiInteractionId(text), undefined);
});

test('an idempotency key is 1 to 255 printable characters', () => {
  for (const key of ['idempotent_5', '10b2a89b-c491-4377-8fe0-a72d52028f3f', 'k'.repeat(255)])
    assert.equal(parseIdempotencyKey(key), key);
  for (const key of ['', 'k'.repeat(256), 'a b', 'ä', 'a\u0000', 'a\n'])
    assert.equal(parseIdempotencyKey(key), undefined);
});

test('a date is read in GMT, and in UTC as the workflow document writes it', () => {
  const instant = new Date('2017-09-10T19:43:31.000Z');
  assert.deepEqual(parseHttpDate('Sun, 10 Sep 2017 19:43:31 UTC'), instant);
  assert.deepEqual(parseHttpDate('Sun, 10 Sep 2017 19:43:31 GMT'), instant);
  assert.deepEqual(parseHttpDate('Thu, 29 Feb 2024 00:00:00 GMT'), new Date('2024-02-29T00:00:00.000Z'));
  const now = new Date(1_700_000_000_000);
  assert.deepEqual(parseHttpDate(now.toUTCString()), now);
});

test('a date that is malformed, or names a day that never was, is not read', () => {
  const wrong = [
    ...['', '2017-09-10T19:43:31Z', 'Sunday, 10-Sep-17 19:43:31 GMT', 'Sun Sep 10 19:43:31 2017', '1505072611'],
    ...['Mon, 10 Sep 2017 19:43:31 UTC', 'Sun, 10 Sep 2017 24:00:00 UTC', 'Sun, 10 Sep 2017 19:60:31 UTC'],
    ...[
      'Sun, 10 Sep 2017 19:43:31 EET',
      'Sun, 10 Sep 2017 19:43:31 +0200',
      'Sun, 10 Sep 2017 19:43:31 utc',
      'Sun, 10 Sep 17 19:43:31 UTC',
    ],
    ...['Sun, 10 Xyz 2017 19:43:31 UTC', ' Sun, 10 Sep 2017 19:43:31 UTC', 'Sun, 10 Sep 2017 19:43:31 UTC\n'],
    ...['Wed, 29 Feb 2023 00:00:00 GMT', 'Sat, 31 Apr 2023 00:00:00 GMT', 'Thu, 00 Jan 1970 00:00:00 GMT'],
  ];
  for (const text of wrong) assert.equal(parseHttpDate(text), undefined, text);
});
