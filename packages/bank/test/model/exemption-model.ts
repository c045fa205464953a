import { EXEMPTION_REFUSALS } from '@lupa/protocol';
import type { CustomerName, TppName } from './actions.ts';

/** What contract §9 says of exemptions, as naively as it can be said: nothing is counted, everything is added up anew. */
export interface ExemptionModel {
  readonly payments: Map<number, ExemptPayment>;
  /** How often each customer has authenticated. */
  readonly authentications: Record<CustomerName, number>;
}

export interface ExemptPayment {
  readonly tpp: TppName;
  readonly customer: CustomerName;
  readonly cents: number;
  /** From one of the customer's accounts to another. */
  readonly isOwn: boolean;
  status: 'Unauthorized' | 'Authorized' | 'Completed' | 'Revoked';
  /** The exemption: after which authentication it was granted; undefined while it was not, or was given back. */
  granted: number | undefined;
  readonly submissions: Map<string, 'Accepted' | 'Error' | 'failed' | 'Submitted' | 'Rejected'>;
  willFail: boolean;
}

export type ExemptionAction =
  | { readonly kind: 'authenticate'; readonly customer: CustomerName }
  | { readonly kind: 'ask' | 'delete' | 'revoke' | 'book'; readonly payment: number }
  | { readonly kind: 'submit'; readonly payment: number; readonly id: string; readonly play: SubmissionPlay };

export type SubmissionPlay = 'InsufficientFunds' | 'PaymentFail' | 'PaymentSubmitFailed' | undefined;

export const NO_LONGER = 'authorizationId is no longer Unauthorized: create the payment anew';

/** Does it to the model. @returns what the caller is answered */
export function actOnExemptions(model: ExemptionModel, action: ExemptionAction): string {
  if (action.kind === 'authenticate') {
    model.authentications[action.customer] += 1;
    return 'ended';
  }
  const payment = model.payments.get(action.payment);
  if (payment === undefined) throw new Error(`no payment ${action.payment}`);
  switch (action.kind) {
    case 'ask':
      return ask(model, payment);
    case 'delete':
    case 'revoke':
      if (payment.status !== 'Unauthorized' && payment.status !== 'Authorized') return 'ILLEGAL_STATE';
      Object.assign(payment, { status: 'Revoked', granted: undefined });
      return 'Revoked';
    case 'submit':
      return submit(payment, action);
    case 'book':
      return book(payment);
  }
}

/** What a customer has used since the latest authentication, added up from all that was ever granted. */
export function usedBy(model: ExemptionModel, customer: CustomerName): { count: number; cents: number } {
  const counted = [...model.payments.values()].filter(
    (payment) => payment.customer === customer && !payment.isOwn && payment.granted === model.authentications[customer],
  );
  return { count: counted.length, cents: counted.reduce((sum, { cents }) => sum + cents, 0) };
}

function ask(model: ExemptionModel, payment: ExemptPayment): string {
  if (payment.status !== 'Unauthorized') return NO_LONGER;
  const used = usedBy(model, payment.customer);
  if (!payment.isOwn) {
    if (payment.cents >= 30_00) return EXEMPTION_REFUSALS.amount;
    if (used.count === 5) return EXEMPTION_REFUSALS.count;
    if (used.cents + payment.cents >= 100_00) return EXEMPTION_REFUSALS.sum;
  }
  payment.granted = model.authentications[payment.customer];
  payment.status = 'Authorized';
  return 'granted';
}

function submit(payment: ExemptPayment, { id, play }: ExemptionAction & { kind: 'submit' }): string {
  const earlier = payment.submissions.get(id);
  if (earlier === 'failed') return 'PAYMENT_FAIL';
  if (earlier !== undefined && earlier !== 'Error') return earlier;
  if (payment.status !== 'Authorized') return 'ILLEGAL_STATE';
  if (play === 'InsufficientFunds') {
    payment.submissions.set(id, 'Error');
    return 'INSUFFICIENT_FUNDS';
  }
  if (play === 'PaymentFail') {
    payment.submissions.set(id, 'failed');
    Object.assign(payment, { status: 'Revoked', granted: undefined });
    return 'PAYMENT_FAIL';
  }
  payment.submissions.set(id, 'Accepted');
  payment.status = 'Completed';
  payment.willFail = play === 'PaymentSubmitFailed';
  return 'Accepted';
}

function book(payment: ExemptPayment): string {
  const [id] = [...payment.submissions].find(([, status]) => status === 'Accepted') ?? [];
  if (id === undefined) return 'already-done';
  const status = payment.willFail ? 'Rejected' : 'Submitted';
  payment.submissions.set(id, status);
  if (payment.willFail) payment.granted = undefined;
  return status;
}
