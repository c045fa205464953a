import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTRY_CODES, isCountryCode } from '../src/country-codes.ts';
import { SEPA_COUNTRIES } from '../src/sepa-countries.ts';

test('the 249 assigned codes of ISO 3166-1 are country codes', () => {
  assert.equal(COUNTRY_CODES.size, 249);
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  for (const code of COUNTRY_CODES) assert.ok(names.of(code), code);
  for (const code of SEPA_COUNTRIES) assert.ok(isCountryCode(code), code);
});

test('what looks like a country code is not one', () => {
  for (const text of ['', 'F', 'FIN', 'fi', 'Fi', 'UK', 'EU', 'XX', 'XK', 'SU', 'FI ', 'ＦＩ']) {
    assert.equal(isCountryCode(text), false, text);
  }
});
