import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { element, writeXml } from '../../../src/adapters/iso20022/xml.ts';
import { readXml } from './read-xml.ts';

test('markup in a text is text', () => {
  const text = '<b>&amp; "quoted" ]]> \' \t\r\n';
  const written = writeXml(element('Doc', [element('Nm', text, { a: text })]));
  assert.doesNotMatch(written, /<b>|]]>/);
  assert.deepEqual(readXml(written.replace(/ a="[^"]*"/, '')), [{ path: 'Doc/Nm', text }]);
});

test('whatever XML has a place for is read as it was written; anything else is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
      const isXml = !/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text);
      const written = () => writeXml(element('Doc', [element('Nm', text)]));
      if (isXml) assert.deepEqual(readXml(written()), [{ path: 'Doc/Nm', text }]);
      else assert.throws(written, RangeError);
    }),
    { numRuns: 200 },
  );
  for (const text of ['\u0000', '\u000b', '\u001f', '\ufffe', '\ud800', '\udc00x']) {
    assert.throws(() => writeXml(element('Doc', text)), RangeError, JSON.stringify(text));
  }
});

test('an element that is not there is left out', () => {
  assert.equal(writeXml(element('Doc', [undefined, element('A', '1'), undefined])).split('\n')[2], '  <A>1</A>');
});
