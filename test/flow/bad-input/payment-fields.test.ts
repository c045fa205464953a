import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ErrorBody, Violation } from '@lupa/protocol';
import { jsonOf } from '../support/https-call.ts';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';
import { assertRefused, SAMPLE } from '../support/test-tpp.ts';

const GERMAN = {
  iban: 'DE89370400440532013000',
  name: 'Erika',
  address: ['Heidestr. 17', '51147 Köln'],
  country: 'DE',
};
const { payee: PAYEE } = SAMPLE;

/** Each field wrong in turn, and the rules it breaks. */
const WRONG: readonly (readonly [change: Record<string, unknown>, ...violations: string[]])[] = [
  [{ amountEUR: undefined }, 'Required amountEUR'],
  [{ amountEUR: 4 }, 'TypeMismatch amountEUR'],
  [{ amountEUR: '4.0' }, 'EuroCents amountEUR'],
  [{ amountEUR: '4,00' }, 'EuroCents amountEUR'],
  [{ amountEUR: '-4.00' }, 'EuroCents amountEUR'],
  [{ amountEUR: '4e2' }, 'EuroCents amountEUR'],
  [{ amountEUR: '0.00' }, 'Min amountEUR'],
  [{ amountEUR: '1000000000.00' }, 'Max amountEUR'],
  [{ payee: undefined }, 'Required payee'],
  [{ payee: 'Test_Person' }, 'TypeMismatch payee'],
  [{ payee: { name: 'Test_Person' } }, 'Required payee.iban'],
  [{ payee: { ...PAYEE, iban: 'FI4950009420028731' } }, 'SepaIban payee.iban'],
  [{ payee: { ...PAYEE, iban: 'FI49 5000 9420 0287 30' } }, 'SepaIban payee.iban'],
  [{ payee: { ...PAYEE, iban: 'BR9700360305000010009795493P1' } }, 'SepaIban payee.iban'],
  [{ payee: { iban: PAYEE.iban } }, 'Required payee.name'],
  [{ payee: { ...PAYEE, name: '' } }, 'Size payee.name'],
  [{ payee: { ...PAYEE, name: 'x'.repeat(71) } }, 'Size payee.name'],
  [{ payee: { ...PAYEE, name: 'evil\u202e' } }, 'InvalidValue payee.name'],
  [{ payee: { iban: GERMAN.iban, name: 'Erika' } }, 'SepaAddress payee.address', 'SepaAddress payee.country'],
  [{ payee: { ...GERMAN, address: ['1', '2', '3', '4', '5'] } }, 'Size payee.address'],
  [{ payee: { ...GERMAN, address: ['x'.repeat(36)] } }, 'Size payee.address[0]'],
  [{ payee: { ...GERMAN, country: 'XX' } }, 'CountryCode payee.country'],
  [{ payee: { ...PAYEE, bic: 'OKOYFIHH' } }, 'UnrecognizedProperty payee.bic'],
  [{ payer: {} }, 'Required payer.iban'],
  [{ payer: { iban: GERMAN.iban } }, 'FinnishIban payer.iban'],
  [{ payer: { iban: 'FI2112345600000785' } }, 'InvalidValue payer.iban'],
  [{ message: undefined }, 'MessageOrReference message'],
  [{ reference: '1232' }, 'MessageOrReference message'],
  [{ message: '' }, 'Size message'],
  [{ message: 'x'.repeat(141) }, 'Size message'],
  [{ message: 'two\nlines' }, 'InvalidValue message'],
  [{ message: undefined, reference: '1231' }, 'FinnishReference reference'],
  [{ message: undefined, reference: 'RF19539007547034' }, 'FinnishReference reference'],
  [{ count: 0 }, 'Min count'],
  [{ count: 1001 }, 'Max count'],
  [{ count: 1.5 }, 'TypeMismatch count'],
  [{ authorizationId: 'x' }, 'InvalidValue authorizationId'],
  [{ paymentOrder: 'NORM' }, 'PaymentOrder paymentOrder'],
  [{ ultimatePayee: 'x'.repeat(71) }, 'Size ultimatePayee'],
  [{ originalPayer: '' }, 'Size originalPayer'],
  [{ amount: '4.00' }, 'UnrecognizedProperty amount'],
];

describe('payments with something wrong in them', () => {
  let bank: TestSandbox;
  let token: string;

  before(async () => {
    bank = await startTestSandbox();
    token = await bank.tpp.clientToken();
  });
  after(() => bank.close());

  const create = (body: object | string | Uint8Array) => bank.store.unchangedBy(() => bank.tpp.create(token, body));

  test('each field wrong in turn is a 400 that names the rule and the field', async () => {
    for (const [change, ...violations] of WRONG) {
      const { message } = assertRefused(await create({ ...SAMPLE, ...change }), 400, 'VALIDATION', ...violations);
      assert.ok(message.includes(violations[0]?.split(' ')[1] ?? ''), message);
    }
  });

  test('all violations come at once, in the order of the fields, unknown properties last', async () => {
    const body = {
      nonsense: 1,
      originalPayer: '',
      paymentOrder: 'FAST',
      count: 0,
      reference: '1231',
      message: '',
      payer: { iban: 'x' },
      payee: { extra: 1, name: '', iban: '' },
      amountEUR: 4,
    };
    const expected = [
      ...['TypeMismatch amountEUR', 'SepaIban payee.iban', 'Size payee.name', 'UnrecognizedProperty payee.extra'],
      ...[
        'FinnishIban payer.iban',
        'Size message',
        'FinnishReference reference',
        'MessageOrReference message',
        'Min count',
      ],
      ...['PaymentOrder paymentOrder', 'Size originalPayer', 'UnrecognizedProperty nonsense'],
    ];
    assertRefused(await create(body), 400, 'VALIDATION', ...expected);
  });

  test('Max, Min and Size tell their limits', async () => {
    const find = async (change: Record<string, unknown>): Promise<Violation | undefined> =>
      jsonOf<ErrorBody>(await create({ ...SAMPLE, ...change })).violations[0];
    const { message: _text, ...max } = (await find({ count: 1001 })) ?? {};
    assert.deepEqual(max, { type: 'Max', path: 'count', value: 1000, inclusive: true });
    const { message: _words, ...size } = (await find({ message: 'x'.repeat(141) })) ?? {};
    assert.deepEqual(size, { type: 'Size', path: 'message', min: 1, max: 140 });
  });

  test('a duplicate member is refused, wherever it stands and however it is written', async () => {
    const text = JSON.stringify(SAMPLE);
    const bodies = [
      text.replace('"amountEUR":"4.00"', '"amountEUR":"4.00","amountEUR":"400.00"'),
      text.replace('"amountEUR":"4.00"', '"amountEUR":"4.00","amount\\u0045UR":"400.00"'),
      text.replace('"name":"Test_Person"', '"name":"Test_Person","name":"Evil"'),
    ];
    for (const body of bodies) {
      assert.notEqual(body, text);
      const { message } = assertRefused(await create(body), 400, 'VALIDATION');
      assert.match(message, /occurs twice/);
    }
  });

  test('what is not one JSON object in UTF-8 is refused', async () => {
    const text = JSON.stringify(SAMPLE);
    const refused: (string | Uint8Array)[] = [
      '',
      '{',
      `${text}${text}`,
      `\ufeff${text}`,
      text.replaceAll('"', "'"),
      text.replace('{', '{"__proto__":{},'),
      '['.repeat(40) + ']'.repeat(40),
      Buffer.from(text.replace('Test_Person', 'Pöytä'), 'latin1'),
      Buffer.from(text, 'utf16le'),
    ];
    for (const body of refused) assertRefused(await create(body), 400, 'VALIDATION');
    for (const body of ['[]', '"x"', 'null', '4']) {
      assertRefused(await create(body), 400, 'VALIDATION', 'TypeMismatch ');
    }
  });

  test('a malformed or missing header is a 400 that names it, all of them at once', async () => {
    const call = (headers: Record<string, string | undefined>) =>
      bank.store.unchangedBy(() => bank.tpp.create(token, SAMPLE, headers));
    assertRefused(await call({ 'x-idempotency-key': undefined }), 400, 'VALIDATION', 'Required x-idempotency-key');
    assertRefused(
      await call({ 'x-idempotency-key': 'x'.repeat(256) }),
      400,
      'VALIDATION',
      'InvalidValue x-idempotency-key',
    );
    const wrong = {
      'x-fapi-interaction-id': 'not-a-uuid',
      'x-fapi-customer-ip-address': '999.1.1.1',
      'x-fapi-customer-last-logged-time': '10.9.2017',
    };
    const expected = Object.keys(wrong).map((name) => `InvalidValue ${name}`);
    const refused = await call(wrong);
    assertRefused(refused, 400, 'VALIDATION', ...expected);
    assert.notEqual(refused.headers['x-fapi-interaction-id'], 'not-a-uuid');
  });

  test('the same key with another body is 409 DuplicatePayment, with the same body the first answer', async () => {
    const key = { 'x-idempotency-key': 'the-same' };
    const first = await bank.tpp.create(token, SAMPLE, key);
    assert.equal(first.status, 201);
    const again = await bank.store.unchangedBy(() => bank.tpp.create(token, SAMPLE, key));
    assert.equal(again.status, 201);
    assert.equal(again.headers['idempotent-replayed'], 'true');
    assert.deepEqual(again.bytes, first.bytes);
    const other = await bank.store.unchangedBy(() => bank.tpp.create(token, { ...SAMPLE, amountEUR: '4.01' }, key));
    assertRefused(other, 409, 'BUSINESS', 'DuplicatePayment ');
  });

  test('the same key thirty times at once makes one payment', async () => {
    const headers = { 'x-idempotency-key': 'thirty-at-once' };
    const answers = await Promise.all(Array.from({ length: 30 }, () => bank.tpp.create(token, SAMPLE, headers)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ bytes }) => bytes.toString())).size, 1);
    assert.equal(answers.filter((answer) => answer.headers['idempotent-replayed'] === undefined).length, 1);
    const sql = 'SELECT payment_id FROM idempotency_keys WHERE idempotency_key = $1';
    assert.equal((await bank.store.query(sql, ['thirty-at-once'])).length, 1);
  });
});
