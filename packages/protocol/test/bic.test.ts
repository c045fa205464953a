import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countryOfBic, isBic } from '../src/bic.ts';

test('a BIC has 8 or 11 characters, with a country in the fifth and sixth', () => {
  for (const bic of ['OKOYFIHH', 'OKOYFIHHXXX', 'CHASUS33', 'DEUTDEFF500', 'NCBVXKPR', 'E095GB22']) {
    assert.ok(isBic(bic), bic);
  }
  assert.equal(countryOfBic('OKOYFIHHXXX'), 'FI');
});

test('what only looks like a BIC is none', () => {
  const wrong = ['', 'OKOYFIH', 'OKOYFIHHX', 'OKOYFIHHXX', 'OKOYFIHHXXXX', 'okoyfihh', 'OKOYXXHH', 'OKOYF1HH'];
  for (const text of [...wrong, 'OKOY FIHH', 'OKOYFIHH\n', 'ÖKOYFIHH', 'OKOYFIHH '])
    assert.equal(isBic(text), false, text);
});
