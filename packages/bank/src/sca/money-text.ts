import type { Language } from './languages.ts';

const NO_BREAK_SPACE = '\u00a0';
const MINUS = '\u2212';

/**
 * An amount as people read it: `1 234,50 €` in Finnish and Swedish, `1,234.50 €` in English. Spaces do not break, so that an
 * amount never falls apart at the end of a line.
 */
export function euros(cents: number | bigint, language: Language): string {
  const whole = BigInt(cents);
  const digits = String(whole < 0n ? -whole : whole).padStart(3, '0');
  const number = numberText(`${digits.slice(0, -2)}.${digits.slice(-2)}`, language);
  return `${whole < 0n ? MINUS : ''}${number}${NO_BREAK_SPACE}€`;
}

/**
 * An amount of any currency: `1 000,50 USD`. The code and not a sign, for `$` is the money of many.
 *
 * @param amount decimal text such as `"1000.50"`
 */
export function amountIn(amount: string, currency: string, language: Language): string {
  return `${numberText(amount, language)}${NO_BREAK_SPACE}${currency}`;
}

/** An exchange rate: `1 € = 1,0850 USD`. */
export function rateText(unitsPerEuro: string, currency: string, language: Language): string {
  return `1${NO_BREAK_SPACE}€ = ${amountIn(unitsPerEuro, currency, language)}`;
}

function numberText(text: string, language: Language): string {
  const [group, decimal] = language === 'en' ? [',', '.'] : [NO_BREAK_SPACE, ','];
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\d(?=(?:\d{3})+$)/g, `$&${group}`);
  return fraction === undefined ? grouped : `${grouped}${decimal}${fraction}`;
}
