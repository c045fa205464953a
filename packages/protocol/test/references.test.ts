import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCreditorReference, isFinnishReference, isPaymentReference } from '../src/references.ts';

test('a Finnish reference number ends in the digit its weights 7-3-1 ask for', () => {
  for (const text of ['1234561', '123453', '61324', '868624']) assert.ok(isFinnishReference(text), text);
  for (const text of ['1231', '1234560', '61325']) assert.equal(isFinnishReference(text), false, text);
});

test('of the ten last digits exactly one is right', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{3,19}$/), (base) => {
      const right = '0123456789'.split('').filter((digit) => isFinnishReference(base + digit));
      assert.equal(right.length, 1);
    }),
  );
});

test('a Finnish reference number has 4 to 20 digits and nothing else', () => {
  assert.ok(isFinnishReference('1232'));
  assert.ok(isFinnishReference('00000000000000001232'));
  for (const text of ['', '13', '232', '000000000000000001232', '1 232', '1232 ', '1232\n', '١٢٣٢', '-1232', '12.32']) {
    assert.equal(isFinnishReference(text), false, JSON.stringify(text));
  }
});

test('an RF creditor reference leaves 1 when divided by 97', () => {
  // finnish-bank-utils 1.3.3 refuses the first of them.
  for (const text of ['RF18539007547034', 'RF471234567890', 'RF45G72UUR', 'RF712348231'])
    assert.ok(isCreditorReference(text), text);
  for (const text of ['RF19539007547034', 'RF18539007547043', 'RF481234567890'])
    assert.equal(isCreditorReference(text), false, text);
});

test('an RF creditor reference is written in upper case, without spaces, in at most 25 characters', () => {
  const others = [
    'rf18539007547034',
    'RF18 5390 0754 7034',
    'RF18539007547034 ',
    'RF18',
    'RF',
    '',
    'RF18539007547034\n',
    'RFA8539007547034',
  ];
  others.push('RF18539007547ö34', `RF18${'0'.repeat(10)}539007547034`);
  for (const text of others) assert.equal(isCreditorReference(text), false, JSON.stringify(text));
  assert.ok(isCreditorReference(`RF18${'0'.repeat(9)}539007547034`));
});

test('check digits that mod 97 takes as another spelling are refused', () => {
  const digits = (reference: string) => [...reference].map((each) => Number.parseInt(each, 36)).join('');
  const checkOf = (base: string) => String(98n - (BigInt(digits(`${base}RF00`)) % 97n)).padStart(2, '0');
  const seen = new Set<string>();
  for (let base = 1000; seen.size < 3; base += 1) {
    const check = checkOf(String(base));
    const alias = { '97': '00', '98': '01', '02': '99' }[check];
    if (alias === undefined || seen.has(alias)) continue;
    seen.add(alias);
    assert.ok(isCreditorReference(`RF${check}${base}`));
    assert.equal(isCreditorReference(`RF${alias}${base}`), false);
  }
});

test('a payment takes either reference', () => {
  assert.ok(isPaymentReference('1232'));
  assert.ok(isPaymentReference('RF18539007547034'));
  assert.equal(isPaymentReference('INVOICE 7'), false);
});

test('a reference has no character outside the SEPA character set', () => {
  const outside = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => /[^A-Za-z0-9/\-?:().,'+ ]/.test(text));
  const references = fc.constantFrom('1232', '1234561', 'RF18539007547034', 'RF45G72UUR');
  fc.assert(
    fc.property(references, outside, fc.nat(25), (reference, text, at) => {
      assert.equal(isPaymentReference(reference.slice(0, at) + text + reference.slice(at)), false);
    }),
  );
});
