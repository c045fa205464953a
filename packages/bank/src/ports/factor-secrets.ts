import type { CustomerId } from '@lupa/protocol';

/** The customers' second factors. Codes are derived from a secret of the bank and stored nowhere. */
export interface FactorSecrets {
  /** The code printed beside `number` on the customer's key list: 6 digits. */
  keyCode(customerId: CustomerId, series: number, number: number): string;
}
