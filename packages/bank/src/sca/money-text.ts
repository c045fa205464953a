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
  const [group, decimal] = language === 'en' ? [',', '.'] : [NO_BREAK_SPACE, ','];
  const grouped = digits.slice(0, -2).replace(/\d(?=(?:\d{3})+$)/g, `$&${group}`);
  return `${whole < 0n ? MINUS : ''}${grouped}${decimal}${digits.slice(-2)}${NO_BREAK_SPACE}€`;
}
