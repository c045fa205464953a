import { ACCOUNT_COLUMNS } from './payment-rows.ts';

/** The oldest account first: the one a customer is offered before the others. */
export const ACCOUNTS_OF_CUSTOMER = {
  name: 'accounts-of-customer',
  text: `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE customer_id = $1 ORDER BY created, account_id`,
};

/** The bank's own account against which opening balances are booked (migration 0001). */
export const OPENING_ACCOUNT = '09e71900-0000-7000-8000-000000000000';

/**
 * The settlement account a payment to another bank is booked on. There are sixteen (migration 0001), so that such bookings
 * do not queue for one row; a payment's id ends in random digits, which spreads them evenly.
 */
export function settlementAccount(paymentId: string): string {
  return `5e771e00-0000-7000-8000-00000000000${paymentId.slice(-1)}`;
}
