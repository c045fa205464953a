import { currencyDecimals } from './currencies.ts';
import { MAX_AMOUNT_CENTS } from './money.ts';

declare const unit: unique symbol;

/** A whole number of a currency's smallest units: cents of USD, yen of JPY, fils of KWD. Always a safe integer. */
export type MinorUnits = number & { readonly [unit]: 'MinorUnits' };

/** No sign, exponent, comma, grouping, space, leading zero or foreign digit. */
const AMOUNT = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/** Digits before the point of the largest amount; a longer number is over it whatever its digits are. */
const MAX_WHOLE_DIGITS = 9;

/** Why an amount is refused. */
export type CurrencyAmountRefusal = 'TypeMismatch' | 'Spelling' | 'Min' | 'Max';

/**
 * Reads an amount of a currency with this many decimals (contract §5, ForeignPaymentRequest): greater than zero, no
 * decimals or exactly those of the currency, at most 999999999.99 like an `amountEUR`.
 */
export function readCurrencyAmount(
  value: unknown,
  decimals: number,
): { minorUnits: MinorUnits } | { refusal: CurrencyAmountRefusal } {
  if (typeof value !== 'string') return { refusal: 'TypeMismatch' };
  const [, whole = '', fraction = ''] = AMOUNT.exec(value) ?? [];
  if (whole === '' || (fraction !== '' && fraction.length !== decimals)) return { refusal: 'Spelling' };
  if (whole.length > MAX_WHOLE_DIGITS) return { refusal: 'Max' };
  const minorUnits = Number(whole) * 10 ** decimals + Number(fraction);
  if (minorUnits > largestAmount(decimals)) return { refusal: 'Max' };
  return minorUnits > 0 ? { minorUnits: minorUnits as MinorUnits } : { refusal: 'Min' };
}

/** 999999999.99 in the smallest units of a currency with this many decimals, what it cannot express cut off. */
export function largestAmount(decimals: number): number {
  return Math.floor(MAX_AMOUNT_CENTS * 10 ** (decimals - 2));
}

/**
 * Reads an amount of a currency.
 *
 * @returns undefined for what is no currency, and for every other spelling of the amount
 * @example
 * parseCurrencyAmount('1000.50', 'USD'); // 100050
 * parseCurrencyAmount('1000.50', 'JPY'); // undefined
 */
export function parseCurrencyAmount(text: string, currency: string): MinorUnits | undefined {
  const decimals = currencyDecimals(currency);
  const read = decimals === undefined ? undefined : readCurrencyAmount(text, decimals);
  return read !== undefined && 'minorUnits' in read ? read.minorUnits : undefined;
}

/**
 * Prints an amount as the wire has it, always with all of its currency's decimals: `100050` of USD is `"1000.50"`.
 *
 * @throws RangeError for what is no currency
 */
export function formatCurrencyAmount(minorUnits: MinorUnits, currency: string): string {
  const decimals = currencyDecimals(currency);
  if (decimals === undefined) throw new RangeError(`${currency} is not a currency`);
  if (decimals === 0) return String(minorUnits);
  const digits = String(minorUnits).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
