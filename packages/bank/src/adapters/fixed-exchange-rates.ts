import type { ExchangeRates } from '../ports/exchange-rates.ts';

/**
 * Rates that never move, for the sandbox and for tests. Without any, the bank pays in euros alone.
 *
 * @param table units of each currency for one euro: `{ USD: '1.0850' }`
 */
export function fixedExchangeRates(table: Readonly<Record<string, string>> = {}): ExchangeRates {
  const rates = new Map([...Object.entries(table), ['EUR', '1'] as const]);
  return { unitsPerEuro: (currency) => rates.get(currency) };
}
