/** Money is integer cents, parsed once at the edge (contract §5, `amountEUR`). */

declare const unit: unique symbol;

/** A whole number of euro cents. Always a safe integer, so sums of amounts stay exact. */
export type Cents = number & { readonly [unit]: 'Cents' };

/** The largest amount a payment may have: 999999999.99 EUR (contract §5). */
export const MAX_AMOUNT_CENTS = 99_999_999_999 as Cents;

/** No sign, exponent, comma, grouping, space, leading zero or foreign digit; no decimals or exactly two. */
const AMOUNT = /^(?:0|[1-9][0-9]*)(?:\.[0-9]{2})?$/;

/** Digits before the decimal point of the largest amount; a longer number is over it whatever its digits are. */
const MAX_EURO_DIGITS = 9;

/** Why an amount is refused, as the violation type that says so (contract §7). */
export type AmountRefusal = 'TypeMismatch' | 'EuroCents' | 'Min' | 'Max';

/** Reads an amount and says which rule it breaks when it breaks one. */
export function readAmountEUR(value: unknown): { cents: Cents } | { refusal: AmountRefusal } {
  if (typeof value !== 'string') return { refusal: 'TypeMismatch' };
  if (!AMOUNT.test(value)) return { refusal: 'EuroCents' };
  const hasDecimals = value.length > 3 && value.charCodeAt(value.length - 3) === 0x2e;
  const euroDigits = hasDecimals ? value.length - 3 : value.length;
  if (euroDigits > MAX_EURO_DIGITS) return { refusal: 'Max' };
  const cents = Number(value.slice(0, euroDigits)) * 100 + (hasDecimals ? Number(value.slice(euroDigits + 1)) : 0);
  return cents > 0 ? { cents: cents as Cents } : { refusal: 'Min' };
}

/**
 * Reads an `amountEUR` (contract §5): greater than zero, no decimals or exactly two, at most 999999999.99.
 *
 * @returns the amount in cents, or `undefined` for every other spelling
 * @example
 * parseAmountEUR('4.00'); // 400
 * parseAmountEUR('4,00'); // undefined
 */
export function parseAmountEUR(text: string): Cents | undefined {
  const read = readAmountEUR(text);
  return 'cents' in read ? read.cents : undefined;
}

/**
 * Marks a number as cents, for sums and for what the store gives back. It may be negative: balances are.
 *
 * @throws RangeError when it is not a safe integer, for then the sum is no longer exact
 */
export function asCents(value: number): Cents {
  if (!Number.isSafeInteger(value)) throw new RangeError('cents must be a safe integer');
  return value as Cents;
}

/** Prints cents as the wire has them, always with two decimals: `400` is `"4.00"`. */
export function formatCents(cents: Cents): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
