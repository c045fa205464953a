import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkText } from '../src/text.ts';

test('ordinary names and messages of any language are good', () => {
  const good = [
    'Test_Person',
    'Yrjö Åkerblom',
    'Kaupan käynti: 2 kpl – kiitos!',
    'Đặng Thị Hương',
    'Ivan Иванов',
    '王芳',
    'שלום',
    '❤️',
    '😀',
  ];
  for (const text of good) assert.equal(checkText(text, 140), undefined, text);
});

test('the length is counted in code points', () => {
  assert.equal(checkText('😀'.repeat(70), 70), undefined);
  assert.equal(checkText('😀'.repeat(71), 70), 'Size');
  assert.equal(checkText('a'.repeat(70), 70), undefined);
  assert.equal(checkText('a'.repeat(71), 70), 'Size');
  assert.equal(checkText(`${'a'.repeat(69)}😀`, 70), undefined);
  assert.equal(checkText(`${'a'.repeat(70)}😀`, 70), 'Size');
  assert.equal(checkText('', 70), 'Size');
  assert.equal(checkText('a'.repeat(1_000_000), 70), 'Size');
});

test('a character that hides something from the customer is refused', () => {
  const hidden = {
    'null character': '\u0000',
    'line feed': '\n',
    'carriage return': '\r',
    tab: '\t',
    escape: '\u001b[2J',
    delete: '\u007f',
    'next line': '\u0085',
    'soft hyphen': '\u00ad',
    'combining grapheme joiner': '\u034f',
    'Arabic letter mark': '\u061c',
    'Hangul filler': '\u3164',
    'half-width Hangul filler': '\uffa0',
    'zero-width space': '\u200b',
    'zero-width joiner': '\u200d',
    'left-to-right mark': '\u200e',
    'line separator': '\u2028',
    'paragraph separator': '\u2029',
    'left-to-right override': '\u202d',
    'right-to-left override': '\u202e',
    'first strong isolate': '\u2068',
    'word joiner': '\u2060',
    'braille blank': '\u2800',
    'private use': '\ue000',
    'byte order mark': '\ufeff',
    'interlinear annotation': '\ufff9',
    noncharacter: '\uffff',
    'tag letter': '\u{e0041}',
    'private use plane': '\u{f0000}',
    'high surrogate alone': '\ud83d',
    'low surrogate alone': '\ude00',
  };
  for (const [name, character] of Object.entries(hidden)) {
    assert.equal(checkText(`Elisa${character}Oyj`, 70), 'InvalidValue', name);
  }
});

test('a text without ink is refused', () => {
  for (const text of [' ', '   ', '\u00a0', '\u3000', '\u0301', '\ufe0f'])
    assert.equal(checkText(text, 70), 'InvalidValue');
  assert.equal(checkText(' a ', 70), undefined);
  assert.equal(checkText('-', 70), undefined);
});
