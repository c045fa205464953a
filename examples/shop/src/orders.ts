import type {
  Cents,
  ExemptionRefusal,
  PaymentStatus,
  PendingAuthorization,
  SepaPayee,
  Submission,
  UserTokens,
} from '@lupa/tpp';
import { type CartLine, totalOf } from './cart.ts';
import type { Seller } from './catalogue.ts';
import { paymentReference } from './payment-reference.ts';
import type { PaymentWish } from './payment-wish.ts';
import type { Problem } from './problem.ts';
import { randomToken } from './random.ts';
import type { WireEntry } from './wire/wire-log.ts';

/**
 * An order and how its payment stands.
 *
 * Orders live in this process's memory, so that the example stays small. If the process dies between the customer's return
 * and the submission, the approved payment is never submitted and no money moves; if it dies after the submission, the
 * bank books the payment and the shop has forgotten it. A real shop therefore stores the order, `pending`, the tokens
 * (encrypted) and above all each `submissionId` before the call that uses it, and goes on from there when it starts again:
 * the same PUT with the same `submissionId` gives the same result and never a second payment.
 */
export interface Order {
  /** In the order's address; random, though the page is shown only to the session that made the order. */
  readonly id: string;
  /** On the receipt and in the payment's reference. */
  readonly number: number;
  readonly created: Date;
  readonly lines: readonly CartLine[];
  readonly total: Cents;
  /** One for each seller. More than one are a bundle: the customer approves them at one visit to the bank. */
  readonly payments: readonly OrderPayment[];
  /** The latest visit to the bank; the one before it is forgotten when the customer tries again. */
  visit?: BankVisit;
  /** Set while its payments are being created, and while they are being taken further, so that neither happens twice at once. */
  starting?: Promise<void>;
  following?: Promise<void>;
  /** What went over the wire for this order. */
  readonly wire: WireEntry[];
  /** Set when it was to be paid without asking the customer. */
  exemption?: Exemption;
}

/** Whether the bank let the order through on the strength of an earlier approval. */
export type Exemption =
  | { readonly kind: 'granted' }
  | { readonly kind: 'refused'; readonly refusal?: ExemptionRefusal; readonly explanation: string }
  /** Not known yet. `again` asks, or waits while somebody is asking. */
  | { readonly kind: 'open'; readonly again: () => Promise<void> };

/** One seller's share of an order, and how its payment stands. */
export interface OrderPayment extends PaymentWish {
  readonly seller: Seller;
  /** Given by the bank; a new one whenever the payment is created anew. */
  paymentId?: string;
  status?: PaymentStatus;
  /** Chosen before the first PUT and kept, so that however often the PUT is sent, the money moves once. */
  submissionId?: string;
  submission?: Submission;
  /** The account the customer chose at the bank. */
  payerIban?: string;
  /** Whether an answer to the submission got lost, so that the money may have moved. */
  isOutcomeOpen?: boolean;
  problem?: Problem;
}

/** The customer's way to the bank and back. */
export interface BankVisit {
  readonly authorizationId: string;
  /** The address at the bank that the browser was sent to. */
  readonly url: string;
  /** What the SDK recognises the answer by; it lies with the customer's own order and nowhere else. */
  readonly pending: PendingAuthorization;
  /** Set when the first answer arrives, so that a reloaded or replayed one waits for it and repeats nothing. */
  settled?: Promise<void>;
  /** Why nothing came of this visit. */
  refusal?: Problem;
  tokens?: UserTokens;
}

/** Where an order stands as a whole. */
export type OrderStage = 'at-bank' | 'refused' | 'paying' | 'paid' | 'partly-paid' | 'unpaid';

export function orderStage({ visit, payments }: Order): OrderStage {
  if (payments.every(isPaid)) return 'paid';
  if (visit !== undefined && visit.settled === undefined) return 'at-bank';
  const isStuck = payments.every((payment) => isPaid(payment) || payment.problem !== undefined);
  if (visit?.refusal === undefined && !isStuck) return 'paying';
  if (payments.some(isPaid)) return 'partly-paid';
  return visit?.refusal === undefined ? 'unpaid' : 'refused';
}

/** Debited: from here on the money is on its way to the seller, or there (contract §6). */
export function isPaid({ submission }: Pick<OrderPayment, 'submission'>): boolean {
  return submission?.status === 'Submitted' || submission?.status === 'Credited';
}

/** Whether the customer may start a new payment for it: only when the money of the earlier one cannot have moved. */
export function canPayAnew(payment: OrderPayment): boolean {
  if (isPaid(payment)) return false;
  return payment.submissionId === undefined || (payment.problem?.isMoneySafe ?? false);
}

/** Turns a cart into an order, with one payment for each seller who has goods in it. */
export function newOrder(
  number: number,
  lines: readonly CartLine[],
  payees: Partial<Record<Seller, SepaPayee>>,
): Order {
  const payments = (['shop', 'maker'] as const).flatMap((seller): OrderPayment[] => {
    const payee = payees[seller];
    const amount = totalOf(lines.filter(({ product }) => product.seller === seller));
    if (payee === undefined || amount === 0) return [];
    const remittance =
      seller === 'shop' ? { reference: paymentReference(number) } : { message: `Tuohi order ${number}` };
    return [{ seller, payee, amount, remittance }];
  });
  return { id: randomToken(), number, created: new Date(), lines, total: totalOf(lines), payments, wire: [] };
}
