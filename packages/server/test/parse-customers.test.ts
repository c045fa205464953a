import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scryptPasswords } from '@lupa/bank';
import { parseCustomers } from '../src/customers/parse-customers.ts';

const passwordHash = await scryptPasswords().hash('aino-salasana');
const ACCOUNT = { iban: 'FI9259995020084225', name: 'Käyttötili', openingBalanceEUR: '2500.00', limitEUR: '-500.00' };
const AINO = { username: 'aino', name: 'Aino Virtanen', passwordHash, accounts: [ACCOUNT] };

function parse(value: unknown) {
  return parseCustomers(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), ['5']);
}

describe('a file of customers', () => {
  test('is read', () => {
    assert.deepEqual(parse([AINO]), {
      customers: [
        {
          username: 'aino',
          name: 'Aino Virtanen',
          passwordHash,
          accounts: [{ iban: ACCOUNT.iban, name: 'Käyttötili', openingBalanceCents: 250_000, limitCents: -50_000 }],
        },
      ],
    });
    assert.deepEqual(parse([]), { customers: [] });
  });

  const account = (change: object) => [{ ...AINO, accounts: [{ ...ACCOUNT, ...change }] }];
  const WRONG: readonly [string, unknown, RegExp][] = [
    ['no JSON', '[', /^The file is not JSON/],
    ['no list', {}, /^The file is not a list/],
    ['a member nobody knows', [{ ...AINO, password: 'x' }], /^customer 1: there is no member password/],
    ['a username in capitals', [{ ...AINO, username: 'Aino' }], /^customer 1: username/],
    ['a username with a space', [{ ...AINO, username: 'aino v' }], /^customer 1: username/],
    ['a password for its hash', [{ ...AINO, passwordHash: 'aino-salasana' }], /^customer 1: passwordHash/],
    ['a cheaper hash', [{ ...AINO, passwordHash: passwordHash.replace('16384', '1024') }], /^customer 1: passwordHash/],
    ['no name', [{ ...AINO, name: ' ' }], /^customer 1: name is missing/],
    ['a name of 71 characters', [{ ...AINO, name: 'x'.repeat(71) }], /^customer 1: name is longer/],
    ['no accounts', [{ ...AINO, accounts: undefined }], /^customer 1: accounts is not a list/],
    ['a customer twice', [AINO, { ...AINO, accounts: [] }], /^customer 2: username aino is there twice/],
    [
      'an account twice',
      [{ ...AINO, accounts: [ACCOUNT, ACCOUNT] }],
      /^customer 1, account 2: iban FI\d+ is there twice/,
    ],
    ['an IBAN with a wrong digit', account({ iban: 'FI9259995020084226' }), /^customer 1, account 1: iban/],
    ['another bank’s IBAN', account({ iban: 'FI2112345600000785' }), /^customer 1, account 1: iban/],
    ['an amount as a number', account({ openingBalanceEUR: 2500 }), /openingBalanceEUR is not an amount/],
    ['an amount of one decimal', account({ openingBalanceEUR: '1.5' }), /openingBalanceEUR is not an amount/],
    ['a balance below zero', account({ openingBalanceEUR: '-1.00' }), /openingBalanceEUR is below zero/],
    ['a limit above zero', account({ limitEUR: '500.00' }), /limitEUR is above zero/],
  ];
  for (const [name, value, expected] of WRONG) {
    test(`refused: ${name}`, () => {
      const parsed = parse(value);
      assert.ok('mistakes' in parsed);
      assert.equal(parsed.mistakes.length, 1, parsed.mistakes.join('\n'));
      assert.match(parsed.mistakes[0] ?? '', expected);
    });
  }

  test('every mistake is said at once', () => {
    const parsed = parse([{ ...AINO, username: 'A', passwordHash: 'x' }, 5]);
    assert.ok('mistakes' in parsed);
    assert.ok(parsed.mistakes.length > 3);
  });
});
