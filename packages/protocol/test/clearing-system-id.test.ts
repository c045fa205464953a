import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countryOfClearingSystemId, isClearingSystemId } from '../src/clearing-system-id.ts';

test('a clearing system id is 3 to 33 letters and digits, perhaps behind two slashes', () => {
  for (const id of ['USABA021000021', '//FW021000021', '123', 'A'.repeat(33), `//${'1'.repeat(33)}`]) {
    assert.ok(isClearingSystemId(id), id);
  }
  for (const text of [
    '',
    '12',
    '//',
    '//12',
    '/FW021000021',
    'FW 021',
    'fw021000021',
    '1'.repeat(34),
    '021-000',
    '12\n',
  ]) {
    assert.equal(isClearingSystemId(text), false, text);
  }
});

test('its country is told by the code of its system', () => {
  const countries = {
    DEBLZ37040044: 'DE',
    USABA021000021: 'US',
    '//BL37040044': 'DE',
    '//AT20151': 'AT',
    '//IT0306909400': 'IT',
    BLABC1: 'BL',
  };
  for (const [id, country] of Object.entries(countries)) assert.equal(countryOfClearingSystemId(id), country, id);
  for (const id of ['026009593', '//021000021', 'DEUTSCHEBANK'])
    assert.equal(countryOfClearingSystemId(id), undefined, id);
});
