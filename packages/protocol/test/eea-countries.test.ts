import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCountryCode } from '../src/country-codes.ts';
import { EEA_COUNTRIES, isEeaCountry } from '../src/eea-countries.ts';

test('the European Economic Area has 30 members, and seven codes of their territories', () => {
  assert.equal(EEA_COUNTRIES.size, 37);
  for (const code of EEA_COUNTRIES) assert.ok(isCountryCode(code), code);
  for (const code of ['FI', 'IS', 'LI', 'NO', 'HR', 'AX', 'RE']) assert.ok(isEeaCountry(code), code);
});

test('neighbours that are in SEPA, or were in the Union, are not in it', () => {
  for (const code of ['GB', 'CH', 'MC', 'SM', 'AD', 'VA', 'AL', 'RS', 'TR', 'GL', 'NC', 'SJ', 'eu', '']) {
    assert.equal(isEeaCountry(code), false, code);
  }
});
