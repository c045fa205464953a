import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { structuredAddress } from '../../src/domain/structured-address.ts';

test('the last line is the town, the others stand beside it', () => {
  assert.deepEqual(structuredAddress(['Mannerheimintie 1 A', '00100 Helsinki'], 'FI'), {
    postCode: '00100',
    town: 'Helsinki',
    country: 'FI',
    lines: ['Mannerheimintie 1 A'],
  });
  assert.deepEqual(structuredAddress(['Tórshavn'], 'FO'), {
    postCode: undefined,
    town: 'Torshavn',
    country: 'FO',
    lines: [],
  });
});

test('a post code is taken off the town where it is plain to see, and left where it is not', () => {
  for (const [line, country, postCode, town] of [
    ['114 55 Stockholm', 'SE', '114 55', 'Stockholm'],
    ['SE-114 55 Stockholm', 'SE', 'SE-114 55', 'Stockholm'],
    ['00-950 Warszawa', 'PL', '00-950', 'Warszawa'],
    ['10115 Berlin', 'DE', '10115', 'Berlin'],
    ['1012 AB Amsterdam', 'NL', '1012 AB', 'Amsterdam'],
    ['3000 DE Haan', 'BE', '3000', 'DE Haan'],
    ['Rīga, LV-1010', 'LV', 'LV-1010', 'Riga'],
    ['Dublin 4', 'IE', undefined, 'Dublin 4'],
    ['London SW1A 1AA', 'GB', undefined, 'London SW1A 1AA'],
    ['12345', 'DE', undefined, '12345'],
  ] as const) {
    const address = structuredAddress([line], country);
    assert.deepEqual([address?.postCode, address?.town], [postCode, town], line);
  }
});

test('without a town or a country there is no address: the rails would refuse half a one', () => {
  assert.equal(structuredAddress(['Katu 1', 'Helsinki'], undefined), undefined);
  assert.equal(structuredAddress(undefined, 'SE'), undefined);
});

test('of three lines beside the town the two shorter neighbours share one', () => {
  const lines = (...others: string[]) => structuredAddress([...others, 'Turku'], 'FI')?.lines;
  assert.deepEqual(lines('Oy Firma Ab', 'Talo 3', 'Pitkänsillanrannankatu 100 B'), [
    'Oy Firma Ab Talo 3',
    'Pitkansillanrannankatu 100 B',
  ]);
  assert.deepEqual(lines('Pitkänsillanrannankatu 100 B', 'Talo 3', 'as. 9'), [
    'Pitkansillanrannankatu 100 B',
    'Talo 3 as. 9',
  ]);
});

test('whatever the lines, every field is in the set and within its length', () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 35 });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const address = structuredAddress(lines, 'SE');
      assert.ok(address !== undefined && address.lines.length <= 2);
      const fields = [
        [address.town, 35],
        [address.postCode ?? '0', 16],
        ...address.lines.map((each) => [each, 70] as const),
      ] as const;
      for (const [text, max] of fields) {
        assert.match(text, /^[A-Za-z0-9/\-?:().,'+ ]+$/);
        assert.ok(text.length <= max);
      }
    }),
  );
});
