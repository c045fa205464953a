import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { SepaPayment } from '@lupa/protocol';
import { CustomerAtTheBank } from '../flow/support/customer-at-the-bank.ts';
import { jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { registerAnotherTpp } from '../flow/support/tpp-identity.ts';
import { type ContractBank, openContractBank } from './support/contract-bank.ts';

const GERMAN = {
  iban: 'DE89370400440532013000',
  name: 'Erika Mustermann',
  address: ['Heidestr. 17', '51147 Köln'],
  country: 'DE',
};
const { payee: PAYEE } = SAMPLE;

describe('contract §5, SepaPaymentRequest', () => {
  let bank: ContractBank;
  let tpp: TestTpp;
  let token: string;

  before(async () => {
    bank = await openContractBank();
    ({ tpp, token } = bank);
  });
  after(() => bank.close());

  /** The payment with these members changed, which must be created. */
  async function accepted(change: object): Promise<SepaPayment> {
    const answer = await tpp.create(token, { ...SAMPLE, ...change });
    assert.equal(answer.status, 201, answer.bytes.toString());
    return jsonOf<SepaPayment>(answer);
  }

  async function refused(change: object, ...violations: readonly string[]): Promise<void> {
    assertRefused(await tpp.create(token, { ...SAMPLE, ...change }), 400, 'VALIDATION', ...violations);
  }

  test('"an unknown property is an error", at the top and inside', async () => {
    await refused({ currency: 'EUR' }, 'UnrecognizedProperty currency');
    await refused({ payee: { ...PAYEE, bic: 'OKOYFIHH' } }, 'UnrecognizedProperty payee.bic');
    await refused({ payer: { ...SAMPLE.payer, name: 'Aino' } }, 'UnrecognizedProperty payer.name');
  });

  test('amountEUR is required', () => refused({ amountEUR: undefined }, 'Required amountEUR'));

  test('amountEUR is "greater than zero"', async () => {
    assert.equal((await accepted({ amountEUR: '0.01' })).amountEUR, '0.01');
    for (const zero of ['0', '0.00']) await refused({ amountEUR: zero }, 'Min amountEUR');
  });

  test('amountEUR has "no decimals or exactly two"', async () => {
    assert.equal((await accepted({ amountEUR: '4' })).amountEUR, '4.00');
    assert.equal((await accepted({ amountEUR: '4.10' })).amountEUR, '4.10');
    for (const odd of ['4.', '4.1', '4.100', '.10']) await refused({ amountEUR: odd }, 'EuroCents amountEUR');
  });

  test('amountEUR is "at most 999999999.99"', async () => {
    assert.equal((await accepted({ amountEUR: '999999999.99' })).amountEUR, '999999999.99');
    await refused({ amountEUR: '1000000000' }, 'Max amountEUR');
  });

  test('amountEUR is "never a JSON number, sign, exponent or comma"', async () => {
    await refused({ amountEUR: 4 }, 'TypeMismatch amountEUR');
    for (const odd of ['+4.00', '-4.00', '4e2', '4,00', '4 000', ' 4.00', '４.００', '0x4']) {
      await refused({ amountEUR: odd }, 'EuroCents amountEUR');
    }
  });

  test('payee is required, and so are its iban and name', async () => {
    await refused({ payee: undefined }, 'Required payee');
    await refused({ payee: {} }, 'Required payee.iban', 'Required payee.name');
  });

  test('payee.iban is "a valid IBAN of a SEPA country, mod 97, no spaces"', async () => {
    await accepted({ payee: GERMAN });
    for (const iban of [
      'FI4950009420028731',
      'FI49 5000 9420 0287 30',
      'fi4950009420028730',
      'BR1500000000000010932840814P2',
    ]) {
      await refused({ payee: { ...GERMAN, iban } }, 'SepaIban payee.iban');
    }
  });

  test('payee.name has 1–70 characters, counted in code points', async () => {
    for (const name of ['x', 'x'.repeat(70), 'ä'.repeat(70)]) await accepted({ payee: { ...PAYEE, name } });
    for (const name of ['', 'x'.repeat(71)]) await refused({ payee: { ...PAYEE, name } }, 'Size payee.name');
  });

  test('payee.address is "1–4 lines of 1–35"', async () => {
    await accepted({ payee: { ...GERMAN, address: Array(4).fill('x'.repeat(35)) } });
    await refused({ payee: { ...GERMAN, address: [] } }, 'Size payee.address');
    await refused({ payee: { ...GERMAN, address: Array(5).fill('x') } }, 'Size payee.address');
    await refused({ payee: { ...GERMAN, address: ['x', ''] } }, 'Size payee.address[1]');
    await refused({ payee: { ...GERMAN, address: ['x'.repeat(36)] } }, 'Size payee.address[0]');
  });

  test('payee.country is ISO 3166-1', async () => {
    await accepted({ payee: { ...PAYEE, country: 'FI' } });
    for (const country of ['XX', 'de', 'DEU'])
      await refused({ payee: { ...GERMAN, country } }, 'CountryCode payee.country');
  });

  test('payee.address and payee.country: "both required when the IBAN is not Finnish"', async () => {
    const { iban, name } = GERMAN;
    await refused({ payee: { iban, name } }, 'SepaAddress payee.address', 'SepaAddress payee.country');
    await refused({ payee: { ...GERMAN, country: undefined } }, 'SepaAddress payee.country');
    await accepted({ payee: PAYEE });
  });

  test('payer.iban is "a Finnish IBAN of this bank"', async () => {
    await refused({ payer: { iban: GERMAN.iban } }, 'FinnishIban payer.iban');
    await refused({ payer: { iban: 'FI2112345600000785' } }, 'InvalidValue payer.iban');
    await refused({ payer: {} }, 'Required payer.iban');
  });

  test('payer absent: "the customer chooses the account during SCA"', async () => {
    const payment = await accepted({ payer: undefined });
    assert.equal(payment.payer, undefined);
    await tpp.approvedCode(payment.authorizationId, { account: 'FI3252999600300040' });
    assert.deepEqual((await tpp.readPayment(token, payment.paymentId)).payer, { iban: 'FI3252999600300040' });
  });

  test('the customer "may change it there in any case"', async () => {
    const payment = await accepted({ payer: { iban: 'FI9259995020084225' } });
    await tpp.approvedCode(payment.authorizationId, { account: 'FI3252999600300040' });
    assert.deepEqual((await tpp.readPayment(token, payment.paymentId)).payer, { iban: 'FI3252999600300040' });
  });

  test('message or reference: "one of them, not both"', async () => {
    const reference = '1232';
    assert.equal((await accepted({ message: undefined, reference })).reference, reference);
    await refused({ message: undefined }, 'MessageOrReference message');
    await refused({ reference }, 'MessageOrReference message');
  });

  test('message has 1–140 characters', async () => {
    for (const message of ['x', 'x'.repeat(140)]) assert.equal((await accepted({ message })).message, message);
    for (const message of ['', 'x'.repeat(141)]) await refused({ message }, 'Size message');
  });

  test('reference is "a Finnish reference number (4–20 digits, weights 7-3-1)"', async () => {
    for (const reference of ['1232', '12345672', '12345678901234567894']) {
      await accepted({ message: undefined, reference });
    }
    for (const reference of ['1231', '13', '123456789012345678945', '12 32']) {
      await refused({ message: undefined, reference }, 'FinnishReference reference');
    }
  });

  test('reference is "or an RF creditor reference (ISO 11649)"', async () => {
    await accepted({ message: undefined, reference: 'RF18539007547034' });
    await refused({ message: undefined, reference: 'RF19539007547034' }, 'FinnishReference reference');
  });

  test('count is an "integer, default 1"', async () => {
    assert.equal((await accepted({})).count, 1);
    for (const count of ['2', 1.5, true]) await refused({ count }, 'TypeMismatch count');
    for (const count of [0, -1]) await refused({ count }, 'Min count');
  });

  test('count is "at most 1000"', async () => {
    assert.equal((await accepted({ count: 1000 })).count, 1000);
    await refused({ count: 1001 }, 'Max count');
  });

  test('count "above 1: it may be submitted up to count times, each with its own submissionId"', async () => {
    const { payment, user } = await bank.approved([{ count: 2, amountEUR: '0.10' }]);
    const submit = (id: string) => tpp.submit(user, payment.paymentId, id);
    for (const id of ['1', '1', '2']) assert.equal((await submit(id)).status, 200);
    assertRefused(await submit('3'), 409, 'BUSINESS', 'IllegalState ');
    await bank.settledAfter(async () => undefined);
    const bookings = await bank.store.query('SELECT 1 FROM bookings WHERE payment_id = $1', [payment.paymentId]);
    assert.equal(bookings.length, 2);
  });

  test('authorizationId "joins an existing bundle"', async () => {
    const { authorizationId } = await accepted({});
    assert.equal((await accepted({ authorizationId })).authorizationId, authorizationId);
    await refused({ authorizationId: 'x' }, 'InvalidValue authorizationId');
    assertRefused(await tpp.create(token, { ...SAMPLE, authorizationId: randomUUID() }), 404, 'VALIDATION');
  });

  test('the bundle is "of the same client"', async () => {
    const another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    const { authorizationId } = await another.created(await another.clientToken());
    assertRefused(await tpp.create(token, { ...SAMPLE, authorizationId }), 404, 'VALIDATION');
  });

  test('the bundle "is still Unauthorized"', async () => {
    const { authorizationId } = await accepted({});
    const customer = await CustomerAtTheBank.open(tpp.authorizationUrl(authorizationId));
    await customer.logIn('aino');
    const join = () => tpp.create(token, { ...SAMPLE, authorizationId });
    assertRefused(await join(), 409, 'BUSINESS', 'IllegalState ');
    await customer.press('cancel');
    assert.equal((await join()).status, 201);
  });

  test('paymentOrder is SEPA by default, or SEPA_INST', async () => {
    assert.equal((await accepted({})).paymentOrder, 'SEPA');
    assert.equal((await accepted({ paymentOrder: 'SEPA_INST' })).paymentOrder, 'SEPA_INST');
    for (const paymentOrder of ['sepa', 'NORM', '']) await refused({ paymentOrder }, 'PaymentOrder paymentOrder');
  });

  test('ultimatePayee and originalPayer have 1–70 characters', async () => {
    const names = { ultimatePayee: 'x'.repeat(70), originalPayer: 'y' };
    const { ultimatePayee, originalPayer } = await accepted(names);
    assert.deepEqual({ ultimatePayee, originalPayer }, names);
    await refused({ ultimatePayee: 'x'.repeat(71), originalPayer: '' }, 'Size ultimatePayee', 'Size originalPayer');
  });
});
