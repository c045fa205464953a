import type { Submission, UserTokens } from '@lupa/tpp';
import { type BankVisit, type Exemption, isPaid, type Order, type OrderPayment } from './orders.ts';
import { problemBeforeSubmission, problemOfStatus, problemOfSubmission } from './problem-of.ts';
import type { Shop } from './shop.ts';
import { returned } from './wire/wire-log.ts';

/**
 * The customer is back: verifies the bank's answer, exchanges the code and submits the payments (steps 4.4 to 6).
 * The first answer decides; one that comes again, reloaded or replayed, only waits for the first.
 */
export function settleVisit(shop: Shop, order: Order, visit: BankVisit, callbackUrl: string): Promise<void> {
  visit.settled ??= shop.wire.for(order, () => settle(shop, order, visit, callbackUrl));
  return visit.settled;
}

async function settle(shop: Shop, order: Order, visit: BankVisit, callbackUrl: string): Promise<void> {
  const entry = returned(callbackUrl, visit.pending.responseType);
  order.wire.push(entry);
  try {
    const verified = await shop.tpp.handleCallback(callbackUrl, visit.pending);
    visit.tokens = await shop.tpp.exchangeCode(verified);
  } catch (error) {
    visit.refusal = problemBeforeSubmission(error);
    entry.refusal = visit.refusal;
    shop.log(`order ${order.number}: came back without approval, ${visit.refusal.code}`);
    return;
  }
  await followPayments(shop, order);
}

/**
 * Takes each payment one step further: submits what is approved, asks again what the bank has only accepted (steps 6 and 7).
 * The return does this once, and so does every look at the order's page; a real shop would have a job for it, so that
 * nothing depends on the customer staying.
 */
export function followPayments(shop: Shop, order: Order): Promise<void> {
  order.following ??= shop.wire.for(order, () => follow(shop, order)).finally(() => delete order.following);
  return order.following;
}

async function follow(shop: Shop, order: Order): Promise<void> {
  const { visit, exemption } = order;
  if (exemption?.kind === 'open') return resume(order, exemption);
  if (visit?.tokens === undefined) return exemption?.kind === 'granted' ? readSubmissions(shop, order) : undefined;
  const open = order.payments.filter((payment) => !isPaid(payment) && payment.problem === undefined);
  try {
    if (open.some(({ status }) => status !== 'Authorized')) await readStatuses(shop, visit, open);
  } catch (error) {
    // The next look at the page asks again.
    shop.log(`order ${order.number}: status not read, ${problemBeforeSubmission(error).code}`);
    return;
  }
  for (const [index, payment] of order.payments.entries()) {
    if (open.includes(payment) && payment.problem === undefined) {
      // Chosen before the first PUT and kept, so that the money moves once however often the PUT is sent.
      payment.submissionId ??= `tuohi-${order.number}-${index + 1}`;
      await takeFurther(shop, payment, visit.tokens);
      shop.log(`order ${order.number}: payment ${index + 1} ${describe(payment)}`);
    }
  }
}

/** A payment that was to go unasked and is under way, or about which the customer wants us to ask again. */
async function resume({ payments }: Order, { again }: Exemption & { kind: 'open' }): Promise<void> {
  if (payments.every(({ problem }) => problem === undefined)) await again();
}

/** Of a payment that went unasked: its token was good for the one submission, and the shop's own reads. */
async function readSubmissions(shop: Shop, { payments }: Order): Promise<void> {
  for (const payment of payments) {
    const { paymentId, submissionId } = payment;
    if (isPaid(payment) || payment.problem !== undefined) continue;
    if (paymentId === undefined || submissionId === undefined) continue;
    await readSubmission(shop, payment, paymentId, submissionId);
    if (payment.submission !== undefined && isFailed(payment.submission)) {
      payment.problem = problemOfStatus(payment.submission.status);
    }
  }
}

/** What the customer decided about each payment of the bundle, and which account it is paid from. */
async function readStatuses({ tpp }: Shop, { authorizationId }: BankVisit, payments: OrderPayment[]): Promise<void> {
  const statuses = await tpp.readAuthorizationPayments(authorizationId);
  for (const payment of payments) {
    const { status, payer } = statuses.find(({ paymentId }) => paymentId === payment.paymentId) ?? {};
    if (status !== undefined) payment.status = status;
    if (payer !== undefined) payment.payerIban = payer.iban;
    if (status === 'Rejected' || status === 'Revoked') payment.problem = problemOfStatus('not approved');
  }
}

async function takeFurther(shop: Shop, payment: OrderPayment, tokens: UserTokens): Promise<void> {
  const { paymentId, submissionId } = payment;
  if (paymentId === undefined || submissionId === undefined) return;
  if (payment.submission?.status === 'Accepted') await readSubmission(shop, payment, paymentId, submissionId);
  else await submit(shop, payment, { paymentId, submissionId, tokens });
  if (payment.submission !== undefined && isFailed(payment.submission)) {
    payment.problem ??= problemOfStatus(payment.submission.status);
  }
}

async function submit(
  shop: Shop,
  payment: OrderPayment,
  { paymentId, submissionId, tokens }: { paymentId: string; submissionId: string; tokens: UserTokens },
): Promise<void> {
  try {
    payment.submission = await shop.tpp.submitPayment(paymentId, { tokens, submissionId });
    payment.isOutcomeOpen = false;
  } catch (error) {
    payment.problem = problemOfSubmission(error, payment.isOutcomeOpen ?? false);
    payment.isOutcomeOpen = !payment.problem.isMoneySafe;
    // What the bank has recorded goes before what this shop makes of an error: a refused submission can be read like any
    // other, and so can one whose answer got lost.
    await readSubmission(shop, payment, paymentId, submissionId);
    if (payment.submission !== undefined && !isFailed(payment.submission)) delete payment.problem;
  }
}

/** Asks with the shop's own token, which outlives the customer's. What cannot be read now is read at the next look. */
async function readSubmission(
  shop: Shop,
  payment: OrderPayment,
  paymentId: string,
  submissionId: string,
): Promise<void> {
  try {
    payment.submission = await shop.tpp.readSubmission(paymentId, submissionId);
  } catch (error) {
    shop.log(`submission ${submissionId} not read: ${problemBeforeSubmission(error).code}`);
  }
}

/** Not debited, and it will not be by itself (contract §6). */
function isFailed(submission: Submission): submission is Submission & { status: 'Error' | 'Rejected' } {
  return submission.status === 'Error' || submission.status === 'Rejected';
}

function describe({ problem, submission }: OrderPayment): string {
  return problem?.code ?? submission?.status ?? 'not submitted';
}
