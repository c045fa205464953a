import { asCents, type Cents, currencyDecimals, type ParsedForeignPayment } from '@lupa/protocol';

/** What a foreign payment costs its payer: shown and approved with it, and then debited. */
export interface EuroQuote {
  /** What is debited, in euros. */
  readonly debitCents: Cents;
  /** The rate that makes it so, as exact decimal text: units of the payment's currency for one euro. */
  readonly unitsPerEuro: string;
}

const RATE = /^([0-9]+)(?:\.([0-9]+))?$/;

/**
 * Puts a foreign payment into euros: exactly, then rounded to the nearest cent, a half upwards, and at least one cent.
 *
 * @param unitsPerEuro decimal text greater than zero, such as `"1.0850"`
 * @throws RangeError when the rate is no such text
 */
export function quoteInEuros(
  { amountMinorUnits, currency }: Pick<ParsedForeignPayment, 'amountMinorUnits' | 'currency'>,
  unitsPerEuro: string,
): EuroQuote {
  const [, whole = '', fraction = ''] = RATE.exec(unitsPerEuro) ?? [];
  const scaledRate = BigInt(whole + fraction);
  const decimals = currencyDecimals(currency);
  if (whole === '' || scaledRate === 0n || decimals === undefined) {
    throw new RangeError(`${unitsPerEuro} ${currency} is no exchange rate`);
  }
  const dividend = BigInt(amountMinorUnits) * 100n * 10n ** BigInt(fraction.length);
  const divisor = scaledRate * 10n ** BigInt(decimals);
  const rounded = (2n * dividend + divisor) / (2n * divisor);
  return { debitCents: asCents(Number(rounded === 0n ? 1n : rounded)), unitsPerEuro };
}
