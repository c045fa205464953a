import { currencyDecimals } from './currencies.ts';
import { largestAmount, type MinorUnits, readCurrencyAmount } from './currency-amount.ts';
import { CHARGES, FOREIGN_PAYMENT_ORDERS, type ParsedForeignPayment } from './foreign-payment.ts';
import {
  type Findings,
  MAX_MESSAGE_LENGTH,
  note,
  noteUnrecognized,
  type PaymentRules,
  readChoice,
  readObject,
  readPayer,
  readString,
  readText,
} from './payment-fields.ts';
import { readForeignPayee } from './read-foreign-payee.ts';
import type { Violation } from './violations.ts';

/** Code points of the name of an agreed exchange rate (our own limit: contract §5 gives none). */
export const MAX_EXCHANGE_RATE_REFERENCE_LENGTH = 35;

/** Never bundled: `authorizationId` is not a property of a foreign payment (contract §5). */
const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  'amount',
  'currency',
  'message',
  'payee',
  'payer',
  'detailsOfCharges',
  'paymentOrder',
  'exchangeRateReference',
  'count',
]);

/** What of the rules differs from bank to bank. */
export interface ForeignPaymentRules extends PaymentRules {
  /** Whether the bank pays in a currency; every one of ISO 4217 when absent. */
  readonly exchanges?: (currency: string) => boolean;
}

/**
 * Reads the body of `POST /foreign-payments` (contract §5, ForeignPaymentRequest).
 *
 * @param json the parsed body
 * @returns the request, defaults filled in, or every broken rule in the order of the contract's text, unknown properties last
 * @example
 * parseForeignPaymentRequest(parseStrictJson(body), { bankCodes: ['5'] });
 */
export function parseForeignPaymentRequest(
  json: unknown,
  rules: ForeignPaymentRules,
): { request: ParsedForeignPayment } | { violations: readonly Violation[] } {
  const findings: Findings = [];
  const body = readObject(json ?? null, '', true, findings);
  if (body === undefined) return { violations: findings };

  const amountMinorUnits = readAmount(body.amount, body.currency, findings);
  const currency = readCurrency(body.currency, rules, findings);
  const message = readText(body.message, 'message', MAX_MESSAGE_LENGTH, true, findings);
  const payee = readForeignPayee(body.payee, findings);
  const payer = readPayer(body.payer, rules.bankCodes, findings);
  const detailsOfCharges = readChoice(
    body.detailsOfCharges,
    'detailsOfCharges',
    CHARGES,
    'ValidDetailOfCharges',
    findings,
  );
  const paymentOrder = readChoice(
    body.paymentOrder,
    'paymentOrder',
    FOREIGN_PAYMENT_ORDERS,
    'ValidPaymentOrder',
    findings,
  );
  const exchangeRateReference = readText(
    body.exchangeRateReference,
    'exchangeRateReference',
    MAX_EXCHANGE_RATE_REFERENCE_LENGTH,
    false,
    findings,
  );
  checkCount(body.count, findings);
  noteUnrecognized(body, REQUEST_FIELDS, '', findings);

  const isWhole = amountMinorUnits !== undefined && currency !== undefined && message !== undefined;
  if (findings.length > 0 || !isWhole || payee === undefined) return { violations: findings };
  return {
    request: {
      amountMinorUnits,
      currency,
      message,
      payee,
      ...(payer !== undefined && { payer }),
      detailsOfCharges: detailsOfCharges ?? 'SHA',
      paymentOrder: paymentOrder ?? 'NORM',
      ...(exchangeRateReference !== undefined && { exchangeRateReference }),
      count: 1,
    },
  };
}

/** Where the currency is wrong itself, its decimals are not known: then the amount is measured with two. */
function readAmount(value: unknown, currency: unknown, findings: Findings): MinorUnits | undefined {
  if (value === undefined) return note(findings, 'Required', 'amount', 'is missing');
  const decimals = (typeof currency === 'string' ? currencyDecimals(currency) : undefined) ?? 2;
  const read = readCurrencyAmount(value, decimals);
  if ('minorUnits' in read) return read.minorUnits;
  switch (read.refusal) {
    case 'TypeMismatch':
      return note(findings, 'TypeMismatch', 'amount', 'must be a string such as "4.00"');
    case 'Spelling':
      return note(findings, currency === 'EUR' ? 'EuroCents' : 'InvalidValue', 'amount', spellingRule(decimals));
    case 'Min':
      return note(findings, 'Min', 'amount', 'must be greater than zero', { value: 0, inclusive: false });
    case 'Max': {
      const max = largestAmount(decimals) / 10 ** decimals;
      return note(findings, 'Max', 'amount', `must be at most ${max}`, { value: max, inclusive: true });
    }
  }
}

function spellingRule(decimals: number): string {
  if (decimals === 0) return 'must be digits without decimals: the currency has none';
  return `must be digits, with no decimals or with a point and exactly ${decimals === 2 ? 'two' : 'three'}`;
}

function readCurrency(value: unknown, { exchanges }: ForeignPaymentRules, findings: Findings): string | undefined {
  const text = readString(value, 'currency', true, findings);
  if (text === undefined) return undefined;
  if (currencyDecimals(text) === undefined) {
    return note(findings, 'InvalidValue', 'currency', 'is not an ISO 4217 currency code');
  }
  if (exchanges?.(text) === false) {
    return note(findings, 'InvalidValue', 'currency', 'is a currency that this bank does not pay in');
  }
  return text;
}

/** Never recurring (contract §5): the number may be left out, and is 1 wherever it is not. */
function checkCount(value: unknown, findings: Findings): void {
  if (value === undefined || value === 1) return;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    note(findings, 'TypeMismatch', 'count', 'must be a whole number');
  } else {
    note(findings, 'ValidForeignPaymentRecurrence', 'count', 'must be 1: a foreign payment does not recur');
  }
}
