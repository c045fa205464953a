/** What the outcome of a booking hangs on. */
export interface BookablePayment {
  readonly paymentOrder: string;
  readonly debitAccountId: string;
  /** The payee's account, where the payee banks here. */
  readonly payeeAccountId: string | undefined;
  /** In the sandbox: the outcome a scenario asked for. */
  readonly bookedAs: 'Submitted' | 'Rejected' | undefined;
}

/**
 * What booking makes of an accepted submission (contract §6). A payment from an account to itself moves nothing, and a
 * booking needs two accounts: it is refused, whatever a scenario asked for.
 */
export function bookingOutcome(payment: BookablePayment): 'Submitted' | 'Credited' | 'Rejected' {
  const { paymentOrder, debitAccountId, payeeAccountId, bookedAs } = payment;
  if (payeeAccountId === debitAccountId) return 'Rejected';
  if (bookedAs !== undefined) return bookedAs;
  return paymentOrder === 'SEPA_INST' && payeeAccountId !== undefined ? 'Credited' : 'Submitted';
}
