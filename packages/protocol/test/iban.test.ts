import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIbanInGroups, isFinnishIban, isIbanOfBank, isSepaIban, verifyIban } from '../src/iban.ts';
import { SEPA_COUNTRIES } from '../src/sepa-countries.ts';

/** Makes an IBAN whose check digits are right, whatever else it is. */
function ibanOf(country: string, accountNumber: string, alias = 0): string {
  const digits = [...`${accountNumber}${country}00`].map((character) => Number.parseInt(character, 36)).join('');
  const check = 98n - (BigInt(digits) % 97n) + BigInt(alias);
  return `${country}${String(check).padStart(2, '0')}${accountNumber}`;
}

test('the IBANs of the workflow document are valid and Finnish', () => {
  for (const iban of ['FI4950009420028730', 'FI9259995020084225', 'FI5850009420172322']) {
    assert.equal(verifyIban(iban), iban);
    assert.ok(isFinnishIban(iban) && isSepaIban(iban));
  }
});

test('an IBAN with one digit changed, or two exchanged, is not valid', () => {
  const iban = 'FI4950009420028730';
  for (let index = 2; index < iban.length; index += 1) {
    const changed = `${iban.slice(0, index)}${(Number(iban[index]) + 1) % 10}${iban.slice(index + 1)}`;
    assert.equal(verifyIban(changed), undefined, changed);
  }
  assert.equal(verifyIban('FI4950009420028370'), undefined);
});

test('an IBAN is written without spaces, in upper case, and with nothing around it', () => {
  const others = ['FI49 5000 9420 0287 30', 'fi4950009420028730', 'Fi4950009420028730', ' FI4950009420028730'];
  others.push(
    'FI4950009420028730\n',
    'FI49-5000-9420-0287-30',
    'FI4950009420028730\u0000',
    'ＦI4950009420028730',
    '',
    'FI',
    'FI49',
  );
  for (const text of others) assert.equal(verifyIban(text), undefined, JSON.stringify(text));
});

test('an IBAN has the length and the structure of its country', () => {
  assert.ok(verifyIban('DE89370400440532013000'));
  assert.equal(verifyIban(ibanOf('DE', '37040044053201300')), undefined);
  assert.equal(verifyIban(ibanOf('DE', '37040044053201300A')), undefined);
  assert.equal(verifyIban(ibanOf('FI', '5000942002873')), undefined);
  assert.equal(verifyIban(ibanOf('XX', '50009420028730')), undefined);
});

test('a Finnish IBAN with a wrong national check digit is refused although mod 97 is right', () => {
  const right = ibanOf('FI', '50009420028730');
  const wrong = ibanOf('FI', '50009420028731');
  assert.equal(right, 'FI4950009420028730');
  assert.equal(verifyIban(wrong), undefined);
  assert.equal(isFinnishIban(wrong), false);
});

test('check digits that mod 97 takes as another spelling of the same account are refused', () => {
  // German account numbers have no check digit of their own here, so one with any check digits is quickly found.
  const aliases = new Map<string, string>();
  for (let account = 0; aliases.size < 3; account += 1) {
    const number = `37040044${String(account).padStart(10, '0')}`;
    const right = ibanOf('DE', number);
    const alias = { '97': '00', '98': '01', '02': '99' }[right.slice(2, 4)];
    if (alias !== undefined) aliases.set(right, `DE${alias}${number}`);
  }
  for (const [right, alias] of aliases) {
    assert.ok(verifyIban(right), right);
    assert.equal(verifyIban(alias), undefined, alias);
  }
});

test('SEPA reaches its five newest members, which ibantools does not know', () => {
  const newest = {
    AL: 'AL47212110090000000235698741',
    ME: 'ME25505000012345678951',
    MD: 'MD24AG000225100013104168',
    MK: 'MK07250120000058984',
    RS: 'RS35260005601001611379',
  };
  for (const iban of Object.values(newest)) assert.ok(isSepaIban(iban), iban);
});

test('SEPA does not reach a valid IBAN of another country', () => {
  for (const iban of ['TR330006100519786457841326', 'UA213223130000026007233566001', 'SA0380000000608010167519']) {
    assert.ok(verifyIban(iban), iban);
    assert.equal(isSepaIban(iban), false, iban);
  }
});

test('the SEPA countries are 27 of the Union, three of the Economic Area and twelve others', () => {
  assert.equal(SEPA_COUNTRIES.size, 42);
  for (const country of ['GL', 'FO', 'TR', 'UA', 'XK', 'BA', 'GE', 'AX'])
    assert.equal(SEPA_COUNTRIES.has(country), false);
});

test('an IBAN belongs to the bank whose code starts its account number', () => {
  const iban = verifyIban('FI4950009420028730');
  assert.ok(iban);
  assert.equal(isIbanOfBank(iban, ['5']), true);
  assert.equal(isIbanOfBank(iban, ['1', '500']), true);
  assert.equal(isIbanOfBank(iban, ['4', '9']), false);
  assert.equal(isIbanOfBank(iban, []), false);
});

test('an IBAN is shown in groups of four', () => {
  assert.equal(formatIbanInGroups('FI4950009420028730'), 'FI49 5000 9420 0287 30');
  assert.equal(formatIbanInGroups('BE68539007547034'), 'BE68 5390 0754 7034');
});
