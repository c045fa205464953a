import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asClientId,
  asCustomerId,
  asPaymentId,
  asSubmissionId,
  parseAuthorizationId,
  parseClientId,
  parsePaymentId,
  parseSubmissionId,
  parseUuid,
} from '../src/ids.ts';

const UUID = '8efb669f-c105-4f74-ab13-aef176d94f91';

test('a UUID is read in its canonical spelling', () => {
  assert.equal(parseUuid(UUID), UUID);
  assert.equal(parsePaymentId(UUID), UUID);
  assert.equal(parseAuthorizationId(UUID), UUID);
});

test('a UUID in any other spelling is not read', () => {
  const others = [
    UUID.toUpperCase(),
    `{${UUID}}`,
    UUID.replaceAll('-', ''),
    `${UUID} `,
    `${UUID}\n`,
    UUID.slice(1),
    '',
  ];
  // The workflow document prints this one in a sample; "s" is no hexadecimal digit.
  others.push('934e82fc-fdc4-4378-8bcf-038075a259sd');
  for (const text of others) assert.equal(parseUuid(text), undefined, JSON.stringify(text));
});

test('a submission id is 1 to 64 unreserved characters', () => {
  for (const text of ['1', 'order-7_2~b.c', 'a'.repeat(64), '...']) assert.equal(parseSubmissionId(text), text);
  for (const text of ['', 'a'.repeat(65), 'a/b', 'a b', 'ä', 'a%20', 'a\n', '..', '.']) {
    assert.equal(parseSubmissionId(text), undefined, JSON.stringify(text));
  }
});

test('a client id of the workflow document is read', () => {
  assert.equal(parseClientId('1ztgnp8NZzUmlmiAdNoC'), '1ztgnp8NZzUmlmiAdNoC');
  assert.equal(parseClientId('a:b'), undefined);
});

test('an id of ours that is malformed is our own mistake', () => {
  assert.equal(asPaymentId(UUID), UUID);
  assert.throws(() => asPaymentId('x'), TypeError);
  assert.equal(asSubmissionId('x'), 'x');
  for (const mark of [asSubmissionId, asClientId, asCustomerId]) assert.throws(() => mark(''), TypeError);
});
