import {
  type ExemptionOutcome,
  type ExemptionProgress,
  restoreTokens,
  revealTokens,
  type StoredUserTokens,
  type Tpp,
} from '@lupa/tpp';

/** One customer, as your encrypted store keeps them. */
export interface Customer {
  /** Of an earlier approval, from `exchangeCode`. */
  tokens: StoredUserTokens;
  /** The account they paid from then. */
  iban: string;
}

/** An order, as your store keeps it. */
export interface Order {
  id: string;
  /** Set once the payment is created; with it a call that was interrupted can be made again. */
  paymentId?: string;
}

/** Pays a small order without sending the customer to the bank, if the bank lets us. */
export function payAgain(tpp: Tpp, customer: Customer, order: Order): Promise<ExemptionOutcome> {
  const keep = ({ tokens, paymentId }: ExemptionProgress) => {
    customer.tokens = revealTokens(tokens); // Stored before they are used: the old ones end with that.
    if (paymentId !== undefined) order.paymentId = paymentId;
  };
  return tpp.payWithExemption(
    {
      amountEUR: '4.00',
      payee: { iban: 'FI4950009420028730', name: 'Test Person' },
      payer: { iban: customer.iban },
      message: `Order ${order.id}`,
    },
    {
      idempotencyKey: order.id,
      submissionId: order.id,
      tokens: restoreTokens(customer.tokens),
      ...(order.paymentId === undefined ? {} : { paymentId: order.paymentId }),
      keep,
      authorization: { responseType: 'code' },
    },
  );
}
