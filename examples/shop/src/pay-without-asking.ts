import type { ExemptionOutcome, RetryWith } from '@lupa/tpp';
import type { Approval } from './approval.ts';
import { type CartLine, totalOf } from './cart.ts';
import { whyAsked } from './exemption-words.ts';
import type { Order, OrderPayment } from './orders.ts';
import { problemOfSubmission } from './problem-of.ts';
import type { Shop } from './shop.ts';
import { type PaymentChoices, paymentRequest } from './start-payment.ts';

/** Worth a try: the bank decides, but from here on its answer is known (contract §9). */
const EXEMPT_BELOW_CENTS = 30_00;

/** Whether the cart is one payment, and small enough for the bank to let it through unasked. */
export function mayGoUnasked(lines: readonly CartLine[]): boolean {
  const sellers = new Set(lines.map(({ product }) => product.seller));
  return sellers.size === 1 && totalOf(lines) < EXEMPT_BELOW_CENTS;
}

/**
 * Pays an order on the strength of an earlier approval (the workflow's exemption flow, steps 1 to 5). Afterwards it is submitted, or
 * `order.visit` is set because the bank wants the customer, or its payment says what went wrong. A second call waits for the first.
 *
 * @param retryWith what the SDK said to call again with, after a call that left open what the bank had done
 */
export function payWithoutAsking(
  shop: Shop,
  order: Order,
  approval: Approval,
  choices: PaymentChoices,
  retryWith: RetryWith = {},
): Promise<void> {
  const again = (known: RetryWith) => () => payWithoutAsking(shop, order, approval, choices, known);
  order.exemption = { kind: 'open', again: again(retryWith) };
  order.starting ??= approval
    .inTurn(async () => {
      const [payment] = order.payments;
      if (payment === undefined) return;
      payment.submissionId ??= `tuohi-${order.number}-1`;
      order.wire.push({ kind: 'wish', at: new Date(), payments: [payment], isUnasked: true });
      try {
        const outcome = await shop.wire.for(order, () =>
          callBank(shop, order, payment, { approval, choices, retryWith }),
        );
        conclude(order, payment, outcome);
      } catch (error) {
        payment.problem = problemOfSubmission(error, false);
        order.exemption = { kind: 'open', again: again(Object(error).retryWith ?? retryWith) };
      }
      shop.log(`order ${order.number}: without asking, ${payment.problem?.code ?? order.exemption?.kind}`);
    })
    .finally(() => delete order.starting);
  return order.starting;
}

function callBank(
  { tpp }: Shop,
  order: Order,
  payment: OrderPayment,
  { approval, choices, retryWith }: { approval: Approval; choices: PaymentChoices; retryWith: RetryWith },
): Promise<ExemptionOutcome> {
  const { customer, paymentOrder, responseType } = choices;
  const request = { ...paymentRequest(payment, paymentOrder), payer: { iban: approval.payerIban } };
  return tpp.payWithExemption(request, {
    tokens: approval.tokens,
    idempotencyKey: order.id,
    ...(payment.submissionId === undefined ? {} : { submissionId: payment.submissionId }),
    ...retryWith,
    customer,
    authorization: { responseType, uiLocales: ['en', 'fi', 'sv'] },
    // A real shop stores these here, and the payment's id with the order.
    keep: ({ tokens }) => {
      approval.tokens = tokens;
    },
  });
}

function conclude(order: Order, payment: OrderPayment, outcome: ExemptionOutcome): void {
  const { paymentId, authorizationId, status } = outcome.payment;
  payment.paymentId = paymentId;
  if (outcome.kind === 'submitted') {
    payment.status = 'Authorized';
    payment.submission = outcome.submission;
    order.exemption = { kind: 'granted' };
    return;
  }
  const { url, pending, reason } = outcome;
  payment.status = status;
  delete payment.submissionId;
  order.visit = { authorizationId, url, pending };
  order.exemption = {
    kind: 'refused',
    ...(reason.refusal && { refusal: reason.refusal }),
    explanation: whyAsked(reason),
  };
  beginAnew(order, payment);
  order.wire.push({ kind: 'departure', at: new Date(), url });
}

/** In the log the default flow is an attempt of its own: it begins after the last call of the one that was refused. */
function beginAnew({ wire }: Order, payment: OrderPayment): void {
  const last = wire.findLast((entry) => {
    if (entry.kind !== 'exchange') return false;
    const { request, answer } = entry.record;
    return request.method === 'DELETE' || (answer?.status ?? 0) >= 400;
  });
  wire.push({ kind: 'wish', at: last?.at ?? new Date(), payments: [payment] });
}
