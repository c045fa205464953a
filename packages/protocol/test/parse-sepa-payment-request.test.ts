import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSepaPaymentRequest } from '../src/parse-sepa-payment-request.ts';
import type { ParsedSepaPayment } from '../src/sepa-payment.ts';
import type { Violation } from '../src/violations.ts';

const RULES = { bankCodes: ['5'] };
const AUTHORIZATION_ID = '976da7b0-1db2-410d-a5c9-e3a37bc4d7a1';
const FINNISH_PAYEE = { iban: 'FI4950009420028730', name: 'Test_Person' };
const GERMAN_PAYEE = {
  iban: 'DE89370400440532013000',
  name: 'Erika',
  address: ['Heidestr. 17', '51147 Köln'],
  country: 'DE',
};

/** The request of the workflow document. */
const SAMPLE = {
  amountEUR: '4.00',
  payee: FINNISH_PAYEE,
  payer: { iban: 'FI9259995020084225' },
  message: 'test_payment',
};

function accept(body: unknown): ParsedSepaPayment {
  const result = parseSepaPaymentRequest(body, RULES);
  if ('violations' in result) return assert.fail(JSON.stringify(result.violations));
  return result.request;
}

function refuse(body: unknown): readonly Violation[] {
  const result = parseSepaPaymentRequest(body, RULES);
  return 'violations' in result ? result.violations : assert.fail(`accepted: ${JSON.stringify(body)}`);
}

/**
 * Asserts that the sample with these members changed breaks exactly these rules, written `type path`, in this order.
 */
function assertViolations(change: Record<string, unknown>, ...expected: string[]): void {
  const found = refuse({ ...SAMPLE, ...change });
  assert.deepEqual(
    found.map(({ type, path }) => `${type} ${path}`),
    expected,
    JSON.stringify(change),
  );
  for (const { message, path } of found) assert.ok(message.startsWith(`${path} `), message);
}

test('the request of the workflow document is read, defaults filled in', () => {
  assert.deepEqual(accept(SAMPLE), {
    amountCents: 400,
    payee: FINNISH_PAYEE,
    payer: { iban: 'FI9259995020084225' },
    message: 'test_payment',
    count: 1,
    paymentOrder: 'SEPA',
  });
});

test('a request with every field is read', () => {
  const body = {
    amountEUR: '999999999.99',
    payee: GERMAN_PAYEE,
    payer: { iban: 'FI5850009420172322' },
    reference: 'RF18539007547034',
    count: 1000,
    authorizationId: AUTHORIZATION_ID,
    paymentOrder: 'SEPA_INST',
    ultimatePayee: 'U'.repeat(70),
    originalPayer: 'Ö',
  };
  const { amountEUR, ...others } = body;
  assert.deepEqual(accept(body), { ...others, amountCents: 99_999_999_999 });
});

test('a request with nothing optional is read', () => {
  assert.deepEqual(accept({ amountEUR: '1', payee: FINNISH_PAYEE, reference: '1232' }), {
    amountCents: 100,
    payee: FINNISH_PAYEE,
    reference: '1232',
    count: 1,
    paymentOrder: 'SEPA',
  });
});

test('a body that is not an object is a TypeMismatch of the whole', () => {
  for (const body of [null, undefined, [], [SAMPLE], 'text', 4, true]) {
    assert.deepEqual(refuse(body), [{ type: 'TypeMismatch', path: '', message: 'the body must be an object' }]);
  }
});

test('an empty object lacks what is required, in the order of the fields', () => {
  assert.deepEqual(
    refuse({}).map(({ type, path }) => `${type} ${path}`),
    ['Required amountEUR', 'Required payee', 'MessageOrReference message'],
  );
});

test('amountEUR is a string of euros and cents within its limits', () => {
  assertViolations({ amountEUR: undefined }, 'Required amountEUR');
  for (const amountEUR of [4, 4.5, null, true, ['4.00'], {}]) assertViolations({ amountEUR }, 'TypeMismatch amountEUR');
  for (const amountEUR of ['', '4,00', '-4.00', '+4', '4e2', '4.0', '4.000', ' 4', '٤', '04', '1 000']) {
    assertViolations({ amountEUR }, 'EuroCents amountEUR');
  }
});

test('Min and Max carry their limits', () => {
  assert.deepEqual(refuse({ ...SAMPLE, amountEUR: '0.00' }), [
    { type: 'Min', path: 'amountEUR', message: 'amountEUR must be greater than zero', value: 0, inclusive: false },
  ]);
  assert.equal(accept({ ...SAMPLE, amountEUR: '0.01' }).amountCents, 1);
  assert.deepEqual(refuse({ ...SAMPLE, amountEUR: '1000000000.00' }), [
    {
      type: 'Max',
      path: 'amountEUR',
      message: 'amountEUR must be at most 999999999.99',
      value: 999999999.99,
      inclusive: true,
    },
  ]);
  assert.equal(JSON.stringify(refuse({ ...SAMPLE, amountEUR: '1000000000' })[0]?.value), '999999999.99');
});

test('payee is an object', () => {
  assertViolations({ payee: undefined }, 'Required payee');
  for (const payee of [null, 'FI4950009420028730', [FINNISH_PAYEE], 1])
    assertViolations({ payee }, 'TypeMismatch payee');
  assertViolations({ payee: {} }, 'Required payee.iban', 'Required payee.name');
});

test('payee.iban is a valid IBAN of a SEPA country', () => {
  const payee = (iban: unknown) => ({ payee: { ...GERMAN_PAYEE, iban } });
  assertViolations(payee(undefined), 'Required payee.iban');
  for (const iban of [null, 4, ['x'], {}]) assertViolations(payee(iban), 'TypeMismatch payee.iban');
  const wrong = [
    '',
    'FI4950009420028731',
    'FI49 5000 9420 0287 30',
    'fi4950009420028730',
    'TR330006100519786457841326',
  ];
  for (const iban of wrong) assertViolations(payee(iban), 'SepaIban payee.iban');
  assert.equal(accept({ ...SAMPLE, payee: { ...GERMAN_PAYEE, iban: 'ME25505000012345678951' } }).payee.country, 'DE');
});

test('payee.name is 1 to 70 visible characters', () => {
  const payee = (name: unknown) => ({ payee: { ...FINNISH_PAYEE, name } });
  assertViolations(payee(undefined), 'Required payee.name');
  assertViolations(payee(null), 'TypeMismatch payee.name');
  assertViolations(payee(''), 'Size payee.name');
  assertViolations(payee('a'.repeat(71)), 'Size payee.name');
  for (const name of ['a\u0000', 'a\u202eb', 'a\ud800', ' ', 'a\nb', 'a\u200b'])
    assertViolations(payee(name), 'InvalidValue payee.name');
  assert.equal(accept({ ...SAMPLE, ...payee('😀'.repeat(70)) }).payee.name, '😀'.repeat(70));
});

test('payee.address and payee.country are required when the IBAN is not Finnish', () => {
  const { address, country, ...bare } = GERMAN_PAYEE;
  assertViolations({ payee: bare }, 'SepaAddress payee.address', 'SepaAddress payee.country');
  assertViolations({ payee: { ...bare, country } }, 'SepaAddress payee.address');
  assertViolations({ payee: { ...bare, address } }, 'SepaAddress payee.country');
  assert.deepEqual(accept({ ...SAMPLE, payee: GERMAN_PAYEE }).payee, GERMAN_PAYEE);
});

test('payee.address and payee.country may be given with a Finnish IBAN, and are checked there too', () => {
  const payee = { ...FINNISH_PAYEE, address: ['Katu 1'], country: 'FI' };
  assert.deepEqual(accept({ ...SAMPLE, payee }).payee, payee);
  assertViolations(
    { payee: { ...payee, address: [], country: 'Suomi' } },
    'Size payee.address',
    'CountryCode payee.country',
  );
});

test('an IBAN that is wrong asks for no address, since its country is not known', () => {
  assertViolations({ payee: { iban: 'DE00', name: 'x' } }, 'SepaIban payee.iban');
});

test('payee.address has 1 to 4 lines of 1 to 35 visible characters', () => {
  const payee = (address: unknown) => ({ payee: { ...GERMAN_PAYEE, address } });
  for (const address of [null, 'Heidestr. 17', {}, 4]) assertViolations(payee(address), 'TypeMismatch payee.address');
  assertViolations(payee([]), 'Size payee.address');
  assertViolations(payee(['1', '2', '3', '4', '5']), 'Size payee.address');
  assertViolations(payee(['1', '', '3']), 'Size payee.address[1]');
  assertViolations(payee(['a'.repeat(36)]), 'Size payee.address[0]');
  assertViolations(
    payee(['1', 2, null, '\u0007']),
    ...['TypeMismatch payee.address[1]', 'TypeMismatch payee.address[2]'],
    'InvalidValue payee.address[3]',
  );
  assert.equal(
    accept({ ...SAMPLE, ...payee(Array.from({ length: 4 }, () => 'a'.repeat(35))) }).payee.address?.length,
    4,
  );
});

test('Size carries its limits', () => {
  const payee = { ...GERMAN_PAYEE, address: [''] };
  assert.deepEqual(refuse({ ...SAMPLE, payee, message: 'm'.repeat(141) }), [
    {
      type: 'Size',
      path: 'payee.address[0]',
      message: 'payee.address[0] must have 1 to 35 characters',
      min: 1,
      max: 35,
    },
    { type: 'Size', path: 'message', message: 'message must have 1 to 140 characters', min: 1, max: 140 },
  ]);
});

test('payee.country is an ISO 3166-1 code', () => {
  const payee = (country: unknown) => ({ payee: { ...GERMAN_PAYEE, country } });
  assertViolations(payee(null), 'TypeMismatch payee.country');
  for (const country of ['', 'de', 'DEU', 'XX', 'Germany'])
    assertViolations(payee(country), 'CountryCode payee.country');
});

test('payer.iban is a Finnish IBAN of this bank', () => {
  assert.equal(accept({ ...SAMPLE, payer: undefined }).payer, undefined);
  for (const payer of [null, 'FI9259995020084225', []]) assertViolations({ payer }, 'TypeMismatch payer');
  assertViolations({ payer: {} }, 'Required payer.iban');
  assertViolations({ payer: { iban: 7 } }, 'TypeMismatch payer.iban');
  for (const iban of ['', 'FI9259995020084226', 'DE89370400440532013000']) {
    assertViolations({ payer: { iban } }, 'FinnishIban payer.iban');
  }
  // A valid account of another Finnish bank.
  assertViolations({ payer: { iban: 'FI2112345600000785' } }, 'InvalidValue payer.iban');
});

test('message or reference is given, and not both', () => {
  assertViolations({ message: undefined }, 'MessageOrReference message');
  assertViolations({ reference: '1232' }, 'MessageOrReference message');
  assertViolations({ reference: '1231' }, 'FinnishReference reference', 'MessageOrReference message');
  assert.equal(accept({ ...SAMPLE, message: undefined, reference: '1232' }).reference, '1232');
});

test('message is 1 to 140 visible characters', () => {
  for (const message of [null, 4, {}]) assertViolations({ message }, 'TypeMismatch message');
  for (const message of ['', 'm'.repeat(141)]) assertViolations({ message }, 'Size message');
  for (const message of ['\u202eevil', 'a\r\nb', '\ud83d', '   '])
    assertViolations({ message }, 'InvalidValue message');
  assert.equal(accept({ ...SAMPLE, message: '😀'.repeat(140) }).message?.length, 280);
});

test('reference is a Finnish reference number or an RF creditor reference', () => {
  const reference = (text: unknown) => ({ message: undefined, reference: text });
  for (const value of [null, 1232, []]) assertViolations(reference(value), 'TypeMismatch reference');
  for (const text of ['', '1231', '123', 'RF19539007547034', 'rf18539007547034', '1232 ', 'lasku ä']) {
    assertViolations(reference(text), 'FinnishReference reference');
  }
});

test('what is not in the SEPA character set is a violation in reference, and stays as it is in every free text', () => {
  for (const character of ['ä', '€', '&', '<', '_', 'Θ', 'Ж', '–', '１', '\u0000']) {
    for (const text of [`1232${character}`, `${character}1232`, `RF1853900754${character}7034`]) {
      assertViolations({ message: undefined, reference: text }, 'FinnishReference reference');
    }
  }
  const text = 'Ödön <b>& “Θ”–Ж €_';
  const payee = { ...FINNISH_PAYEE, name: text, address: [text], country: 'FI' };
  const read = accept({ ...SAMPLE, payee, message: text, ultimatePayee: text, originalPayer: text });
  assert.deepEqual([read.payee.name, read.payee.address?.[0], read.message], [text, text, text]);
  assert.deepEqual([read.ultimatePayee, read.originalPayer], [text, text]);
});

test('count is a whole number from 1 to 1000', () => {
  for (const count of ['1', null, 1.5, true, [1], Number.POSITIVE_INFINITY])
    assertViolations({ count }, 'TypeMismatch count');
  assertViolations({ count: 0 }, 'Min count');
  assertViolations({ count: -1 }, 'Min count');
  assert.deepEqual(refuse({ ...SAMPLE, count: 1001 }), [
    { type: 'Max', path: 'count', message: 'count must be at most 1000', value: 1000, inclusive: true },
  ]);
  for (const count of [1, 2, 1000]) assert.equal(accept({ ...SAMPLE, count }).count, count);
});

test('authorizationId is one of our ids', () => {
  for (const authorizationId of [null, 4]) assertViolations({ authorizationId }, 'TypeMismatch authorizationId');
  for (const authorizationId of ['', 'x', AUTHORIZATION_ID.toUpperCase()]) {
    assertViolations({ authorizationId }, 'InvalidValue authorizationId');
  }
});

test('paymentOrder is SEPA or SEPA_INST', () => {
  for (const paymentOrder of [null, 1]) assertViolations({ paymentOrder }, 'TypeMismatch paymentOrder');
  for (const paymentOrder of ['', 'sepa', 'NORM', 'HIGH', 'toString'])
    assertViolations({ paymentOrder }, 'PaymentOrder paymentOrder');
});

test('ultimatePayee and originalPayer are 1 to 70 visible characters', () => {
  for (const field of ['ultimatePayee', 'originalPayer']) {
    assertViolations({ [field]: null }, `TypeMismatch ${field}`);
    for (const text of ['', 'a'.repeat(71)]) assertViolations({ [field]: text }, `Size ${field}`);
    assertViolations({ [field]: 'a\u2066b' }, `InvalidValue ${field}`);
  }
});

test('an unknown property is an error, named with its full path', () => {
  assertViolations({ amount: '4.00', PAYEE: {} }, 'UnrecognizedProperty amount', 'UnrecognizedProperty PAYEE');
  assertViolations({ payee: { ...FINNISH_PAYEE, bic: 'OKOYFIHH' } }, 'UnrecognizedProperty payee.bic');
  assertViolations({ payer: { ...SAMPLE.payer, name: 'x' } }, 'UnrecognizedProperty payer.name');
  for (const name of ['toString', 'constructor', 'hasOwnProperty', 'paymentId', 'status']) {
    assertViolations({ [name]: 'x' }, `UnrecognizedProperty ${name}`);
  }
});

test('all violations come at once, in the order of the fields, unknown properties last', () => {
  const body = {
    nonsense: 1,
    originalPayer: '',
    ultimatePayee: 4,
    paymentOrder: 'FAST',
    authorizationId: 'x',
    count: 0,
    reference: '1231',
    message: '',
    payer: { iban: 'x', bic: 'y' },
    payee: { extra: 1, country: 'XX', address: [], name: '', iban: '' },
    amountEUR: 4,
  };
  assert.deepEqual(
    refuse(body).map(({ path }) => path),
    [
      ...[
        'amountEUR',
        'payee.iban',
        'payee.name',
        'payee.address',
        'payee.country',
        'payee.extra',
        'payer.iban',
        'payer.bic',
      ],
      ...[
        'message',
        'reference',
        'message',
        'count',
        'authorizationId',
        'paymentOrder',
        'ultimatePayee',
        'originalPayer',
        'nonsense',
      ],
    ],
  );
});

test('a body of unknown properties alone does not make the answer many times as large', () => {
  const body = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`p${index}`, 1]));
  assert.equal(refuse({ ...SAMPLE, ...body }).length, 50);
  const [violation] = refuse({ ...SAMPLE, ['n'.repeat(10_000)]: 1 });
  assert.ok(violation !== undefined && violation.path.length <= 101);
});

test('no JSON value makes the parser throw', () => {
  const field = fc.constantFrom(
    ...Object.keys(SAMPLE),
    'reference',
    'count',
    'authorizationId',
    'paymentOrder',
    'ultimatePayee',
    'iban',
    'x',
  );
  fc.assert(
    fc.property(fc.dictionary(field, fc.jsonValue({ maxDepth: 2 })), (change) => {
      const result = parseSepaPaymentRequest({ ...SAMPLE, ...change }, RULES);
      assert.ok('request' in result || result.violations.length > 0);
    }),
  );
});
