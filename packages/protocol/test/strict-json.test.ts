import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { locateJsonFault } from '../src/json-fault.ts';
import { MAX_JSON_DEPTH, parseStrictJson } from '../src/strict-json.ts';
import { assertCode } from './assert-code.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): unknown => parseStrictJson(bytes(text));

/** Asserts that a text is refused, and how the refusal describes the fault. */
function assertFault(text: string | Uint8Array, description: string): void {
  const input = typeof text === 'string' ? bytes(text) : text;
  const error = assertCode('BODY_NOT_JSON', () => parseStrictJson(input));
  assert.equal(error.description, description);
}

test('ordinary JSON is read as JSON.parse reads it', () => {
  const texts = [
    '{}',
    '[]',
    'null',
    'true',
    '0',
    '-1.5e3',
    '""',
    ' {"a":[1,{"b":"c:{}[]\\""}],"d":{}}\r\n\t',
    '"\\ud83d\\ude00ä"',
  ];
  for (const text of texts) assert.deepEqual(parse(text), JSON.parse(text), text);
});

test('a member name that occurs twice is refused, at any depth', () => {
  assertFault('{"a":1,"a":1}', 'the member a occurs twice, at character 8');
  assertFault('{"a":{"b":1,"c":2,"b":3}}', 'the member a.b occurs twice, at character 19');
  assertFault('[0,{"x":[{"y":1,"y":2}]}]', 'the member [1].x[0].y occurs twice, at character 17');
  assertFault('{"":1,"":2}', 'the member  occurs twice, at character 7');
});

test('the same name in two objects is no duplicate', () => {
  assert.deepEqual(parse('{"a":{"a":1},"b":[{"a":1},{"a":1}]}'), { a: { a: 1 }, b: [{ a: 1 }, { a: 1 }] });
});

test('a duplicate is found however it is escaped, and whatever the lost value was', () => {
  assertFault('{"a":1,"\\u0061":2}', 'the member a occurs twice, at character 8');
  assertFault('{"\\u0061mountEUR":"1.00","amountEUR":"9.00"}', 'the member amountEUR occurs twice, at character 26');
  assertFault('{"\\/":1,"/":2}', 'the member / occurs twice, at character 9');
  assertFault('{"a":{"b":{"c":1}},"a":{"b":{"c":1}}}', 'the member a occurs twice, at character 20');
  assertFault('{"a":{"x":":"},"a":2}', 'the member a occurs twice, at character 16');
});

test('names that only look alike are different names', () => {
  const text = '{"a":1,"A":2,"a ":3,"\\u0430":4,"ä":5,"a\\u0308":6,"toString":7,"constructor":8,"1":9,"01":10}';
  assert.equal(Object.keys(parse(text) as object).length, 10);
});

test('a member __proto__ is refused, also escaped, and an ordinary value of that text is not', () => {
  assertFault('{"__proto__":{"admin":true}}', 'the member name __proto__ is not allowed, at character 2');
  assertFault('{"a":{"\\u005f_proto__":1}}', 'the member name __proto__ is not allowed, at character 7');
  assert.deepEqual(parse('{"a":"__proto__"}'), { a: '__proto__' });
});

test('a byte order mark is refused', () => {
  assertFault('\ufeff{}', 'a byte order mark at character 1');
  assertFault(Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0), 'the bytes are not UTF-8');
});

test('bytes that are not UTF-8 are refused', () => {
  const inString = (...inner: number[]) => Uint8Array.of(0x22, ...inner, 0x22);
  const wrong = {
    'overlong slash': [0xc0, 0xaf],
    'encoded surrogate': [0xed, 0xa0, 0x80],
    'cut sequence': [0xe2, 0x82],
  };
  for (const [name, inner] of Object.entries(wrong)) {
    const error = assertCode('BODY_NOT_JSON', () => parseStrictJson(inString(...inner)));
    assert.equal(error.description, 'the bytes are not UTF-8', name);
  }
  assert.equal(parseStrictJson(inString(0xe2, 0x82, 0xac)), '€');
});

test('half of a surrogate pair is refused, in a value and in a name', () => {
  assertFault('{"message":"\\ud83d"}', 'half of a surrogate pair, at character 12');
  assertFault('["\\ude00\\ud83d"]', 'half of a surrogate pair, at character 2');
  assertFault('{"\\ud800":1}', 'half of a surrogate pair, at character 2');
  assert.deepEqual(parse('{"message":"\\ud83d\\ude00"}'), { message: '😀' });
});

test('nesting is allowed to the limit and not one deeper', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.ok(Array.isArray(parse(nested(MAX_JSON_DEPTH))));
  assertFault(nested(MAX_JSON_DEPTH + 1), 'nested deeper than 32, at character 33');
  assertFault('{"a":'.repeat(40), 'nested deeper than 32, at character 161');
  assertCode('BODY_NOT_JSON', () => parse(nested(100_000)));
  assertCode('BODY_NOT_JSON', () => parse('['.repeat(100_000)));
});

test('a caller may allow less nesting, never more', () => {
  assert.deepEqual(parseStrictJson(bytes('[[]]'), { maxDepth: 2 }), [[]]);
  assertCode('BODY_NOT_JSON', () => parseStrictJson(bytes('[[[]]]'), { maxDepth: 2 }));
  assertCode('BODY_NOT_JSON', () => parseStrictJson(bytes('['.repeat(33) + ']'.repeat(33)), { maxDepth: 99 }));
});

test('brackets and colons inside strings count for nothing', () => {
  assert.equal(parse(JSON.stringify('[{:'.repeat(100))), '[{:'.repeat(100));
  assert.deepEqual(parse('{"a\\":{[":"\\\\"}'), { 'a":{[': '\\' });
});

test('whatever is not exactly one JSON value is refused, and the place is named', () => {
  assertFault('', 'the text ends too early, at character 1');
  assertFault(' ', 'the text ends too early, at character 2');
  assertFault('{"a":', 'the text ends too early, at character 6');
  assertFault('{} {}', 'something follows the JSON value, at character 4');
  assertFault('{}\u0000', 'something follows the JSON value, at character 3');
  assertFault('{"a":1,}', 'a member name in double quotes is missing, at character 8');
  assertFault("{'a':1}", 'a member name in double quotes is missing, at character 2');
  assertFault('{"a" 1}', 'a colon is missing, at character 6');
  assertFault('{"a":1 "b":2}', 'a comma or } is missing, at character 8');
  assertFault('[1 2]', 'a comma or ] is missing, at character 4');
  assertFault('[1,]', 'this is not a JSON value, at character 4');
  assertFault('{"a":"b\n"}', 'a string that is broken or not closed, at character 6');
  assertFault('"abc', 'a string that is broken or not closed, at character 1');
  assertFault('"\\x41"', 'a string that is broken or not closed, at character 1');
  assertFault('{"a":NaN}', 'this is not a JSON value, at character 6');
  assertFault('[+1]', 'this is not a JSON value, at character 2');
  assertFault('[01]', 'a comma or ] is missing, at character 3');
  assertFault('// comment\n{}', 'this is not a JSON value, at character 1');
  assertFault('\u00a0{}', 'this is not a JSON value, at character 1');
});

test('the description never quotes a value, and shortens the sender’s names', () => {
  const secret = assertCode('BODY_NOT_JSON', () => parse('{"token":"s3cret",}'));
  assert.doesNotMatch(secret.message, /s3cret/);
  assert.equal(secret.cause, undefined);
  const long = 'n'.repeat(10_000);
  const error = assertCode('BODY_NOT_JSON', () => parse(`{"${long}":1,"${long}":2}`));
  assert.ok(error.message.length < 400);
});

test('a large body is read, and a large broken one refused, in good time', () => {
  const text = JSON.stringify({
    message: 'x'.repeat(60_000),
    list: Array.from({ length: 1000 }, (_, index) => ({ index })),
  });
  assert.deepEqual(parse(text), JSON.parse(text));
  assertCode('BODY_NOT_JSON', () => parse(text.slice(0, -1)));
});

/**
 * JSON values of every shape; a member __proto__ is the one thing JSON.parse takes and we do not, for strings here are
 * well-formed.
 */
const jsonValue = fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('__proto__'));

test('every value survives being written and strictly read', () => {
  fc.assert(
    fc.property(jsonValue, fc.constantFrom(0, 1, 2), (value, space) => {
      const text = JSON.stringify(value, null, space);
      assert.deepEqual(parse(text), JSON.parse(text));
    }),
  );
});

test('of any text we accept only what JSON.parse accepts, with the same value; and a refusal of it always has a reason', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"a"',
    '"b"',
    '"\\u0061"',
    '1',
    '-0.5e1',
    'true',
    'null',
    ' ',
    '\\',
    '"',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      const reference = attempt(() => JSON.parse(text));
      const strict = attempt(() => parse(text));
      if ('value' in strict) assert.deepEqual(strict, reference, text);
      assert.equal(locateJsonFault(text, MAX_JSON_DEPTH) === undefined, 'value' in strict, text);
      if ('value' in reference && !('value' in strict))
        assert.match(locateJsonFault(text, MAX_JSON_DEPTH) ?? '', /occurs twice/);
    }),
    { numRuns: 3000 },
  );
});

test('an object with one member repeated is refused, wherever the repetition stands', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(names, fc.nat(), fc.nat(), (unique, pick, place) => {
      fc.pre(!unique.includes('__proto__') && unique.every((name) => name.isWellFormed()));
      const members = unique.map((name) => `${JSON.stringify(name)}:{"x":[]}`);
      assert.equal(Object.keys(parse(`{${members.join(',')}}`) as object).length, unique.length);
      members.splice(place % (members.length + 1), 0, `${JSON.stringify(unique[pick % unique.length])}:1`);
      assertCode('BODY_NOT_JSON', () => parse(`[{${members.join(',')}}]`));
    }),
  );
});

function attempt(call: () => unknown): { value: unknown } | { refused: true } {
  try {
    return { value: call() };
  } catch {
    return { refused: true };
  }
}
