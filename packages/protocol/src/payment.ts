import type { ForeignPayment } from './foreign-payment.ts';
import type { SepaPayment } from './sepa-payment.ts';

/** A payment of either type; `paymentType` tells which. */
export type Payment = SepaPayment | ForeignPayment;

/** What tells the types of payment apart on the wire. */
export type PaymentType = Payment['paymentType'];
