/** What the bank's currency desk tells. */
export interface ExchangeRates {
  /**
   * The rate at which the bank sells a currency at this moment.
   *
   * @param currency ISO 4217 code
   * @returns units of the currency for one euro, as exact decimal text such as `"1.0850"`; undefined for a currency the bank
   * does not pay in. The euro itself is always `"1"`.
   */
  unitsPerEuro(currency: string): string | undefined;
}
