import { normaliseUsername } from '../domain/sca-username.ts';
import { type ShownPayments, shownTotalCents } from '../domain/shown-payments.ts';
import type { ScaBank } from './sca-bank.ts';

/** A request as the customer's phone shows it: the same amounts, payees and account as the page in the browser. */
export interface PhoneRequestView {
  readonly id: string;
  /** The most it can debit, in euros: `"4.00"`. */
  readonly amount: string;
  /** The payees' names, in the order of the payments. */
  readonly payees: readonly string[];
  readonly shown: ShownPayments;
  readonly created: Date;
}

export interface CustomersPhone {
  readonly username: string;
  readonly name: string;
  readonly requests: readonly PhoneRequestView[];
}

/** @returns the customer's simulated phone, newest request first; undefined for a username that belongs to nobody */
export async function readPhoneRequests(bank: ScaBank, username: string): Promise<CustomersPhone | undefined> {
  const customer = await bank.customers.byUsername(normaliseUsername(username));
  if (customer === undefined) return undefined;
  const requests = await bank.store.phoneRequests(customer.customerId);
  return {
    username: customer.username,
    name: customer.name,
    requests: requests.map(({ challengeId, shown, created }) => ({
      id: challengeId,
      amount: formatEuros(shownTotalCents(shown.payments)),
      payees: shown.payments.map(({ payeeName }) => payeeName),
      shown,
      created,
    })),
  };
}

/** Like `formatCents` of the protocol, for sums that a `number` may not hold. */
function formatEuros(cents: bigint): string {
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}
