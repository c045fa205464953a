import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ParsedForeignPayment } from '../src/foreign-payment.ts';
import { parseForeignPaymentRequest } from '../src/parse-foreign-payment-request.ts';
import type { Violation } from '../src/violations.ts';

type Members = Record<string, unknown>;

const RULES = { bankCodes: ['5'] };

/** To an American bank, by its BIC: outside the EU/ETA area, so that no rule but the field's own is broken. */
const PAYEE = {
  name: 'Ada Lovelace',
  bankAccount: { id: '000123456789', schemeName: 'BBAN' },
  financialInstitution: { bic: 'CHASUS33' },
  foreignAddress: { addressLine1: '1 Main Street', addressLine2: 'New York NY 10001', country: 'US' },
};
const SAMPLE = { amount: '1000.50', currency: 'USD', message: 'Invoice 7', payee: PAYEE };
const DEFAULTS = { detailsOfCharges: 'SHA', paymentOrder: 'NORM', count: 1 };
const GERMAN_IBAN = { id: 'DE89370400440532013000', schemeName: 'IBAN' };
const BANK_ADDRESS = { address: '270 Park Avenue', city: 'New York', country: 'US' };

function accept(body: unknown): ParsedForeignPayment {
  const result = parseForeignPaymentRequest(body, RULES);
  if ('violations' in result) return assert.fail(JSON.stringify(result.violations));
  return result.request;
}

function refuse(body: unknown, rules: Parameters<typeof parseForeignPaymentRequest>[1] = RULES): readonly Violation[] {
  const result = parseForeignPaymentRequest(body, rules);
  return 'violations' in result ? result.violations : assert.fail(`accepted: ${JSON.stringify(body)}`);
}

/** Asserts that the sample with these members changed breaks exactly these rules, written `type path`, in this order. */
function assertViolations(change: Members, ...expected: string[]): void {
  const found = refuse({ ...SAMPLE, ...change });
  assert.deepEqual(
    found.map(({ type, path }) => `${type} ${path}`),
    expected,
    JSON.stringify(change),
  );
  for (const { message, path } of found) assert.ok(message.startsWith(`${path} `), message);
}

const payeeWith = (change: Members) => ({ payee: { ...PAYEE, ...change } });
const accountWith = (change: Members) => payeeWith({ bankAccount: { ...PAYEE.bankAccount, ...change } });
const bank = (financialInstitution: unknown) => payeeWith({ financialInstitution });
const addressWith = (change: Members) => payeeWith({ foreignAddress: { ...PAYEE.foreignAddress, ...change } });

test('a request with nothing optional is read, defaults filled in', () => {
  const { amount, ...others } = SAMPLE;
  assert.deepEqual(accept(SAMPLE), { ...others, amountMinorUnits: 100_050, ...DEFAULTS });
});

test('a request with every field is read', () => {
  const body = {
    currency: 'EUR',
    message: 'm'.repeat(140),
    payee: {
      name: 'n'.repeat(70),
      bankAccount: { ...GERMAN_IBAN, issuer: 'Commerzbank' },
      financialInstitution: {
        bic: 'COBADEFFXXX',
        name: 'Commerzbank',
        foreignBankAddress: { address: 'Kaiserplatz', city: 'Frankfurt', country: 'DE' },
      },
      foreignAddress: { addressLine1: 'Heidestr. 17', addressLine2: '51147 Köln', country: 'DE' },
    },
    payer: { iban: 'FI5850009420172322' },
    detailsOfCharges: 'OUR',
    paymentOrder: 'HIGH',
    exchangeRateReference: 'DEAL-7',
    count: 1,
  };
  assert.deepEqual(accept({ amount: '999999999.99', ...body }), { ...body, amountMinorUnits: 99_999_999_999 });
});

test('a body that is not an object is a TypeMismatch of the whole', () => {
  for (const body of [null, undefined, [], 'text', 4, true]) {
    assert.deepEqual(refuse(body), [{ type: 'TypeMismatch', path: '', message: 'the body must be an object' }]);
  }
});

test('an empty object lacks what is required, in the order of the fields', () => {
  assert.deepEqual(
    refuse({}).map(({ type, path }) => `${type} ${path}`),
    ['Required amount', 'Required currency', 'Required message', 'Required payee'],
  );
  assertViolations(
    { payee: {} },
    'Required payee.name',
    'Required payee.bankAccount',
    'Required payee.financialInstitution',
    'Required payee.foreignAddress',
  );
});

test('amount is a string in the spelling of its currency', () => {
  assertViolations({ amount: undefined }, 'Required amount');
  for (const amount of [4, 4.5, null, true, ['4.00'], {}]) assertViolations({ amount }, 'TypeMismatch amount');
  for (const amount of ['', '4,00', '-4.00', '+4', '4e2', '4.0', '4.000', ' 4', '٤', '04', '1 000']) {
    assertViolations({ amount }, 'InvalidValue amount');
    assertViolations({ amount, currency: 'EUR' }, 'EuroCents amount');
  }
  assertViolations({ amount: '4.00', currency: 'JPY' }, 'InvalidValue amount');
  assertViolations({ amount: '4.00', currency: 'KWD' }, 'InvalidValue amount');
  assert.equal(accept({ ...SAMPLE, amount: '4.000', currency: 'KWD' }).amountMinorUnits, 4000);
  assert.equal(accept({ ...SAMPLE, amount: '4', currency: 'JPY' }).amountMinorUnits, 4);
});

test('Min and Max of an amount carry their limits, in its currency', () => {
  const limits = (change: Members) =>
    refuse({ ...SAMPLE, ...change }).map(({ type, value, inclusive }) => [type, value, inclusive]);
  assert.deepEqual(limits({ amount: '0.00' }), [['Min', 0, false]]);
  assert.deepEqual(limits({ amount: '1000000000.00' }), [['Max', 999999999.99, true]]);
  assert.deepEqual(limits({ amount: '1000000000', currency: 'JPY' }), [['Max', 999999999, true]]);
});

test('currency is an ISO 4217 code that the bank pays in', () => {
  assertViolations({ currency: undefined }, 'Required currency');
  for (const currency of [null, 840, ['USD']]) assertViolations({ currency }, 'TypeMismatch currency');
  for (const currency of ['', 'usd', 'US', 'USDX', 'XXX', 'XAU', 'BGN', '$'])
    assertViolations({ currency }, 'InvalidValue currency');
  const exchanges = (currency: string) => currency === 'SEK';
  assert.deepEqual(
    refuse(SAMPLE, { ...RULES, exchanges }).map(({ type, path }) => `${type} ${path}`),
    ['InvalidValue currency'],
  );
  assert.ok('request' in parseForeignPaymentRequest({ ...SAMPLE, currency: 'SEK' }, { ...RULES, exchanges }));
});

test('a wrong currency does not hide a wrong amount', () => {
  assertViolations({ amount: '4,00', currency: 'XXX' }, 'InvalidValue amount', 'InvalidValue currency');
});

test('message is required: 1 to 140 visible characters', () => {
  assertViolations({ message: undefined }, 'Required message');
  assertViolations({ message: 4 }, 'TypeMismatch message');
  for (const message of ['', 'm'.repeat(141)]) assertViolations({ message }, 'Size message');
  for (const message of ['\u202eevil', 'a\r\nb', '\ud83d', '   '])
    assertViolations({ message }, 'InvalidValue message');
});

test('payee is an object with a name of 1 to 70 visible characters', () => {
  for (const payee of [null, 'Ada', [PAYEE]]) assertViolations({ payee }, 'TypeMismatch payee');
  assertViolations(payeeWith({ name: undefined }), 'Required payee.name');
  assertViolations(payeeWith({ name: null }), 'TypeMismatch payee.name');
  for (const name of ['', 'a'.repeat(71)]) assertViolations(payeeWith({ name }), 'Size payee.name');
  assertViolations(payeeWith({ name: 'a\u200b' }), 'InvalidValue payee.name');
});

test('payee.bankAccount is an IBAN, or a BBAN of 1 to 35 digits', () => {
  for (const bankAccount of [null, 'x', []])
    assertViolations(payeeWith({ bankAccount }), 'TypeMismatch payee.bankAccount');
  const whole = ['Required payee.bankAccount.id', 'Required payee.bankAccount.schemeName'];
  assertViolations(payeeWith({ bankAccount: {} }), ...whole);
  assertViolations(accountWith({ id: 4 }), 'TypeMismatch payee.bankAccount.id');
  for (const id of ['', '1'.repeat(36), '12-34', '12 34', '1٤', 'DE89370400440532013000']) {
    assertViolations(accountWith({ id }), 'InvalidValue payee.bankAccount.id');
  }
  assert.equal(accept({ ...SAMPLE, ...accountWith({ id: '1'.repeat(35) }) }).payee.bankAccount.id.length, 35);
  for (const id of ['', '123', 'GB82WEST12345698765433', 'gb82WEST12345698765432', 'FI4950009420028731']) {
    assertViolations(accountWith({ id, schemeName: 'IBAN' }), 'Iban payee.bankAccount.id');
  }
  const british = accountWith({ id: 'GB82WEST12345698765432', schemeName: 'IBAN' });
  assert.equal(accept({ ...SAMPLE, ...british }).payee.bankAccount.schemeName, 'IBAN');
  for (const schemeName of ['', 'iban', 'SORT', 'toString']) {
    assertViolations(accountWith({ schemeName }), 'InvalidValue payee.bankAccount.schemeName');
  }
  assertViolations(accountWith({ schemeName: null }), 'TypeMismatch payee.bankAccount.schemeName');
  assertViolations(accountWith({ issuer: '' }), 'Size payee.bankAccount.issuer');
  assertViolations(accountWith({ issuer: 'i'.repeat(36) }), 'Size payee.bankAccount.issuer');
  assertViolations(accountWith({ iban: 'x' }), 'UnrecognizedProperty payee.bankAccount.iban');
});

test('payee.financialInstitution.bic is a BIC', () => {
  for (const bic of ['', 'CHASUS3', 'chasus33', 'CHASXX33', 'CHASUS33XX']) {
    assertViolations(bank({ bic }), 'ValidBic payee.financialInstitution.bic');
  }
  assertViolations(bank({ bic: 4 }), 'TypeMismatch payee.financialInstitution.bic');
  for (const value of [null, 'CHASUS33', []]) assertViolations(bank(value), 'TypeMismatch payee.financialInstitution');
});

test('payee.financialInstitution.clearingSystemId is one, and stands in the place of a BIC', () => {
  const path = 'payee.financialInstitution.clearingSystemId';
  for (const clearingSystemId of ['USABA021000021', '//FW021000021', '026009593', 'AUBSB062000']) {
    const read = accept({ ...SAMPLE, ...bank({ clearingSystemId }) });
    assert.deepEqual(read.payee.financialInstitution, { clearingSystemId });
  }
  for (const clearingSystemId of ['', '12', '/FW021000021', '//', 'FW 021', 'fw021000021', '1'.repeat(34)]) {
    assertViolations(bank({ clearingSystemId }), `InvalidValue ${path}`);
  }
  assertViolations(bank({ clearingSystemId: 21000021 }), `TypeMismatch ${path}`);
  assertViolations(bank({ bic: 'CHASUS33', clearingSystemId: 'USABA021000021' }), `CreditorBicOrAddress ${path}`);
});

test('without BIC and clearing id the address of the bank is required, and all of it', () => {
  const path = 'payee.financialInstitution.foreignBankAddress';
  assertViolations(bank({}), `CreditorBicOrAddress ${path}`);
  assertViolations(bank({ name: 'Chase' }), `CreditorBicOrAddress ${path}`);
  assertViolations(
    bank({ foreignBankAddress: {} }),
    ...['address', 'city', 'country'].map((member) => `Required ${path}.${member}`),
  );
  const read = accept({ ...SAMPLE, ...bank({ name: 'Chase', foreignBankAddress: BANK_ADDRESS }) });
  assert.deepEqual(read.payee.financialInstitution.foreignBankAddress, BANK_ADDRESS);
  // With a BIC each part of it may be left out.
  const part = bank({ bic: 'CHASUS33', foreignBankAddress: { city: 'New York' } });
  assert.deepEqual(accept({ ...SAMPLE, ...part }).payee.financialInstitution.foreignBankAddress, { city: 'New York' });
});

test('the fields of the bank are checked each', () => {
  const path = 'payee.financialInstitution';
  const address = (change: Members) => bank({ bic: 'CHASUS33', foreignBankAddress: { ...BANK_ADDRESS, ...change } });
  assertViolations(bank({ bic: 'CHASUS33', name: '' }), `Size ${path}.name`);
  assertViolations(bank({ bic: 'CHASUS33', name: 'n'.repeat(71) }), `Size ${path}.name`);
  assertViolations(bank({ bic: 'CHASUS33', country: 'US' }), `UnrecognizedProperty ${path}.country`);
  assertViolations(bank({ bic: 'CHASUS33', foreignBankAddress: 'x' }), `TypeMismatch ${path}.foreignBankAddress`);
  for (const member of ['address', 'city']) {
    assertViolations(address({ [member]: '' }), `Size ${path}.foreignBankAddress.${member}`);
    assertViolations(address({ [member]: 'x'.repeat(36) }), `Size ${path}.foreignBankAddress.${member}`);
    assertViolations(address({ [member]: 4 }), `TypeMismatch ${path}.foreignBankAddress.${member}`);
  }
  assertViolations(address({ country: 'USA' }), `CountryCode ${path}.foreignBankAddress.country`);
  assertViolations(address({ zip: '1' }), `UnrecognizedProperty ${path}.foreignBankAddress.zip`);
});

test('inside the EU/ETA area both BIC and IBAN are needed', () => {
  const bic = 'EuEtaValid payee.financialInstitution.bic';
  const iban = 'EuEtaValid payee.bankAccount.schemeName';
  const german = (financialInstitution: unknown) => payeeWith({ bankAccount: GERMAN_IBAN, financialInstitution });
  // The IBAN, the BIC, the clearing system or the address of the bank puts it inside.
  assertViolations(german({ clearingSystemId: 'DEBLZ37040044' }), bic);
  assertViolations(german({ foreignBankAddress: BANK_ADDRESS }), bic);
  assertViolations(bank({ bic: 'COBADEFF' }), iban);
  assertViolations(bank({ clearingSystemId: '//BL37040044' }), iban, bic);
  assertViolations(bank({ foreignBankAddress: { ...BANK_ADDRESS, country: 'NO' } }), iban, bic);
  for (const good of [{ bic: 'COBADEFF' }, { bic: 'REVOGB21' }]) accept({ ...SAMPLE, ...german(good) });
  // Outside neither is.
  const swiss = { bankAccount: { id: 'CH9300762011623852957', schemeName: 'IBAN' } };
  accept({ ...SAMPLE, ...payeeWith({ ...swiss, financialInstitution: { clearingSystemId: 'CHBCC00762' } }) });
  accept({ ...SAMPLE, ...bank({ bic: 'UBSWCHZH' }) });
  // Where the payee lives does not matter.
  accept({ ...SAMPLE, ...addressWith({ country: 'DE' }) });
});

test('a BIC that is none is told as that, and not as missing', () => {
  const financialInstitution = { bic: 'COBADE' };
  assertViolations(
    payeeWith({ bankAccount: GERMAN_IBAN, financialInstitution }),
    'ValidBic payee.financialInstitution.bic',
  );
});

test('payee.foreignAddress has two lines of 1 to 35 visible characters and a country', () => {
  const path = 'payee.foreignAddress';
  for (const foreignAddress of [null, 'x', []]) assertViolations(payeeWith({ foreignAddress }), `TypeMismatch ${path}`);
  assertViolations(
    payeeWith({ foreignAddress: {} }),
    ...['addressLine1', 'addressLine2', 'country'].map((member) => `Required ${path}.${member}`),
  );
  for (const member of ['addressLine1', 'addressLine2']) {
    assertViolations(addressWith({ [member]: '' }), `Size ${path}.${member}`);
    assertViolations(addressWith({ [member]: 'x'.repeat(36) }), `Size ${path}.${member}`);
    assertViolations(addressWith({ [member]: null }), `TypeMismatch ${path}.${member}`);
    assertViolations(addressWith({ [member]: 'a\u2066b' }), `InvalidValue ${path}.${member}`);
  }
  for (const country of ['', 'us', 'USA', 'XK', 'XX']) {
    assertViolations(addressWith({ country }), `CountryCode ${path}.country`);
  }
  assertViolations(addressWith({ addressLine3: 'x' }), `UnrecognizedProperty ${path}.addressLine3`);
});

test('payer.iban is a Finnish IBAN of this bank', () => {
  assertViolations({ payer: {} }, 'Required payer.iban');
  assertViolations({ payer: { iban: 'DE89370400440532013000' } }, 'FinnishIban payer.iban');
  assertViolations({ payer: { iban: 'FI2112345600000785' } }, 'InvalidValue payer.iban');
  assertViolations({ payer: { iban: 'FI9259995020084225', bic: 'x' } }, 'UnrecognizedProperty payer.bic');
});

test('detailsOfCharges is SHA or OUR, paymentOrder NORM or HIGH', () => {
  for (const value of ['', 'sha', 'BEN', 'toString']) {
    assertViolations({ detailsOfCharges: value }, 'ValidDetailOfCharges detailsOfCharges');
  }
  for (const value of ['', 'SEPA', 'high']) assertViolations({ paymentOrder: value }, 'ValidPaymentOrder paymentOrder');
  assertViolations(
    { detailsOfCharges: 1, paymentOrder: null },
    'TypeMismatch detailsOfCharges',
    'TypeMismatch paymentOrder',
  );
});

test('exchangeRateReference is 1 to 35 visible characters', () => {
  for (const value of ['', 'x'.repeat(36)])
    assertViolations({ exchangeRateReference: value }, 'Size exchangeRateReference');
  assertViolations({ exchangeRateReference: 7 }, 'TypeMismatch exchangeRateReference');
});

test('count, where sent, is 1: a foreign payment never recurs', () => {
  for (const count of [0, 2, -1, 1000]) assertViolations({ count }, 'ValidForeignPaymentRecurrence count');
  for (const count of ['1', 1.5, null, true]) assertViolations({ count }, 'TypeMismatch count');
  assert.equal(accept({ ...SAMPLE, count: 1 }).count, 1);
});

test('a foreign payment is never bundled, and has nothing of a SEPA payment', () => {
  for (const name of ['authorizationId', 'amountEUR', 'reference', 'ultimatePayee', 'originalPayer', 'constructor']) {
    assertViolations({ [name]: 'x' }, `UnrecognizedProperty ${name}`);
  }
  assertViolations(payeeWith({ iban: 'x' }), 'UnrecognizedProperty payee.iban');
});

test('all violations come at once, in the order of the fields, unknown properties last', () => {
  const body = {
    nonsense: 1,
    count: 2,
    exchangeRateReference: '',
    paymentOrder: 'FAST',
    detailsOfCharges: 'BEN',
    payer: { iban: 'x' },
    payee: {
      extra: 1,
      foreignAddress: { country: 'XX', addressLine2: '', addressLine1: '' },
      financialInstitution: { foreignBankAddress: { country: 'XX' }, name: '', clearingSystemId: '', bic: '' },
      bankAccount: { issuer: '', schemeName: 'X', id: 4 },
      name: '',
    },
    message: '',
    currency: 'XXX',
    amount: 4,
  };
  const bankPath = 'payee.financialInstitution';
  assert.deepEqual(
    refuse(body).map(({ path }) => path),
    [
      ...['amount', 'currency', 'message', 'payee.name'],
      ...['payee.bankAccount.id', 'payee.bankAccount.schemeName', 'payee.bankAccount.issuer'],
      ...[`${bankPath}.bic`, `${bankPath}.clearingSystemId`, `${bankPath}.clearingSystemId`, `${bankPath}.name`],
      `${bankPath}.foreignBankAddress.country`,
      ...['payee.foreignAddress.addressLine1', 'payee.foreignAddress.addressLine2', 'payee.foreignAddress.country'],
      ...[
        'payee.extra',
        'payer.iban',
        'detailsOfCharges',
        'paymentOrder',
        'exchangeRateReference',
        'count',
        'nonsense',
      ],
    ],
  );
});

test('no JSON value makes the parser throw', () => {
  const field = fc.constantFrom(...Object.keys(SAMPLE), 'payer', 'detailsOfCharges', 'paymentOrder', 'count', 'x');
  const inside = fc.constantFrom(...Object.keys(PAYEE), 'x');
  fc.assert(
    fc.property(
      fc.dictionary(field, fc.jsonValue({ maxDepth: 2 })),
      fc.dictionary(inside, fc.jsonValue({ maxDepth: 2 })),
      (change, payee) => {
        const result = parseForeignPaymentRequest({ ...SAMPLE, ...payeeWith(payee), ...change }, RULES);
        assert.ok('request' in result || result.violations.length > 0);
      },
    ),
  );
});
