import {
  formatCents,
  type ResponseType,
  type SepaPayment,
  type SepaPaymentOrder,
  type SepaPaymentRequest,
} from '@lupa/tpp';
import { canPayAnew, type Order, type OrderPayment } from './orders.ts';
import { problemBeforeSubmission } from './problem-of.ts';
import type { Shop } from './shop.ts';

export interface PaymentChoices {
  /** How the bank answers: `code` in the query, `code id_token` in the fragment. */
  readonly responseType: ResponseType;
  readonly paymentOrder: SepaPaymentOrder;
  /** Passed on to the bank, which weighs the risk of a payment by it. */
  readonly customer: { readonly ipAddress: string; readonly userAgent?: string };
}

/**
 * Creates the payments of an order at the bank, and the address to send the customer to (the workflow's steps 1 to 4).
 * Afterwards either `order.visit` is set, or each payment says what went wrong. A second call waits for the first.
 */
export function startPayment(shop: Shop, order: Order, choices: PaymentChoices): Promise<void> {
  order.starting ??= start(shop, order, choices).finally(() => delete order.starting);
  return order.starting;
}

async function start(shop: Shop, order: Order, choices: PaymentChoices): Promise<void> {
  const unpaid = order.payments.filter(canPayAnew);
  delete order.visit;
  delete order.exemption;
  unpaid.forEach(forgetEarlierAttempt);
  order.wire.push({ kind: 'wish', at: new Date(), payments: unpaid });
  try {
    const created = await shop.wire.for(order, () => createPayments(shop, unpaid, choices));
    for (const [index, { paymentId, status }] of created.entries())
      Object.assign(unpaid[index] ?? {}, { paymentId, status });
    const authorizationId = created[0]?.authorizationId ?? '';
    const { responseType } = choices;
    const { url, pending } = shop.tpp.authorizationUrl({
      authorizationId,
      responseType,
      uiLocales: ['en', 'fi', 'sv'],
    });
    order.visit = { authorizationId, url, pending };
    order.wire.push({ kind: 'departure', at: new Date(), url });
    shop.log(`order ${order.number}: created as authorization ${authorizationId}`);
  } catch (error) {
    const problem = problemBeforeSubmission(error);
    for (const payment of unpaid) payment.problem = problem;
    shop.log(`order ${order.number}: not created, ${problem.code}, request ${problem.requestId ?? 'without an id'}`);
  }
}

/** One payment, or a bundle of several that the customer approves together; the bank answers in the order it was asked. */
async function createPayments(
  { tpp }: Shop,
  payments: readonly OrderPayment[],
  { customer, paymentOrder }: PaymentChoices,
): Promise<readonly SepaPayment[]> {
  const requests = payments.map((payment) => paymentRequest(payment, paymentOrder));
  const [request] = requests;
  if (request !== undefined && requests.length === 1) return [await tpp.createPayment(request, { customer })];
  const bundle = await tpp.createBundle(requests, { customer });
  return bundle.payments;
}

/** Without a `payer`: the customer chooses the account at the bank. */
export function paymentRequest(
  { amount, payee, remittance }: OrderPayment,
  paymentOrder: SepaPaymentOrder,
): SepaPaymentRequest {
  return { amountEUR: formatCents(amount), payee, ...remittance, paymentOrder };
}

function forgetEarlierAttempt(payment: OrderPayment): void {
  delete payment.paymentId;
  delete payment.status;
  delete payment.submissionId;
  delete payment.submission;
  delete payment.isOutcomeOpen;
  delete payment.problem;
}
