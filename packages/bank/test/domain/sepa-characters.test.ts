import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isInSepaCharacters, toSepaCharacters } from '../../src/domain/sepa-characters.ts';

const SET = /^[A-Za-z0-9/\-?:().,'+ ]+$/;
/** Any Unicode at all, lone surrogates, controls and unassigned code points included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const anyLength = fc.integer({ min: 1, max: 150 });

function spells(written: Record<string, string>): void {
  for (const [text, expected] of Object.entries(written)) assert.equal(toSepaCharacters(text, 140), expected, text);
}

test('whatever the text, the result has 1 to so many characters of the set, and no blanks around them', () => {
  fc.assert(
    fc.property(anyText, anyLength, (text, maxLength) => {
      const written = toSepaCharacters(text, maxLength);
      assert.match(written, SET);
      assert.ok(written.length <= maxLength);
      assert.equal(written, written.trim());
    }),
    { numRuns: 2000 },
  );
});

test('what was transliterated stays as it is when it is transliterated again', () => {
  fc.assert(
    fc.property(anyText, anyLength, (text, maxLength) => {
      const once = toSepaCharacters(text, maxLength);
      assert.equal(toSepaCharacters(once, maxLength), once);
      assert.ok(isInSepaCharacters(once));
    }),
    { numRuns: 2000 },
  );
});

test('a text of the set is only cut', () => {
  const whole = "AZaz09/-?:().,'+ z";
  assert.equal(toSepaCharacters(whole, 140), whole);
  assert.equal(toSepaCharacters(whole, 5), 'AZaz0');
  assert.equal(toSepaCharacters('Aino Virtanen', 5), 'Aino');
});

test('the letters of the Nordic, German, Baltic and Polish languages become their base letters', () => {
  spells({
    'Äiti Öljy Åke äöå': 'Aiti Oljy Ake aoa',
    'Straße ÜÄÖ ẞ': 'Strase UAO S',
    'Søren Ærø æøå': 'Soren Aro aoa',
    'Þórður Ðð': 'Tordur Dd',
    'āčēģīķļņšūž ĄĖĮŲŪ': 'acegiklnsuz AEIUU',
    'Šķēle õÕ': 'Skele oO',
    'Łódź ąćęłńóśźż ŻÓŁĆ': 'Lodz acelnoszz ZOLC',
    đĐħĦŋŊıſ: 'dDhHnNis',
  });
});

test('a letter and its mark give the same, whether they are one character or two', () => {
  assert.equal(toSepaCharacters('Ödön'.normalize('NFD'), 70), 'Odon');
  assert.equal(toSepaCharacters('Ödön'.normalize('NFC'), 70), 'Odon');
});

test('quotes, dashes, ampersands, brackets and the euro sign have counterparts', () => {
  spells({
    '“a” „b“ «c» ‘d’ "e" `f´': "'a' 'b' 'c' 'd' 'e' 'f'",
    'a–b—c−d‑e_f~g': 'a-b-c-d-e-f-g',
    'A & B': 'A + B',
    '[a] {b} \\ |': '(a) (b) / /',
    '5 €; ½…': '5 E, 1/2...',
  });
});

test('what has no counterpart becomes a full stop', () => {
  spells({ '<b>&$%@!': '.b.+....', 山田: '..', '💶x': '.x', '=*^#': '....', '\u0000a\ud800b': '.a.b' });
});

test('Greek and Cyrillic are spelled, a letter in two or three where it takes them', () => {
  spells({
    'Αθήνα Ψυχή Θεός': 'Athina PSychi THeos',
    'Жеков Щерев Юлия Цар': 'ZHekov SHTerev YUliya TSar',
    'Ёлка Йорданов Їжак': 'Elka Yordanov Izhak',
    'Љубљана Ђорђе': 'LJubljana DJordje',
  });
});

test('a spelling in two letters does not burst the field', () => {
  assert.equal(toSepaCharacters('Щ'.repeat(70), 70).length, 70);
  assert.equal(toSepaCharacters('abΘ', 3), 'abT');
});

test('a text that leaves nothing is a full stop, for the field must be filled', () => {
  for (const text of ['', ' ', '\u0301', '\u00a0', '\u00a8']) assert.equal(toSepaCharacters(text, 70), '.');
});

test('the set has no line break, tab or underscore', () => {
  for (const text of ['a\n', 'a\tb', 'a_b', 'ä', '&', '<']) assert.equal(isInSepaCharacters(text), false, text);
  assert.ok(isInSepaCharacters("a-b.c/d?e:f(g),h'i+j k"));
});
