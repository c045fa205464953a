import { createHash } from 'node:crypto';
import type { AuthorizationId, Cents, ParsedForeignPayment, ParsedSepaPayment, PaymentId } from '@lupa/protocol';
import type { EuroQuote } from './euro-quote.ts';
import { foreignPartInOrder, type ShownForeignPayment, showForeignPart } from './shown-foreign-payment.ts';

/** What showing a payment needs to know of it. */
export type PaymentToShow = { readonly paymentId: PaymentId } & (
  | {
      readonly paymentType: 'SepaPayment';
      readonly request: Pick<ParsedSepaPayment, 'amountCents' | 'payee' | 'message' | 'reference' | 'count'>;
    }
  | {
      readonly paymentType: 'ForeignPayment';
      readonly request: ParsedForeignPayment;
      readonly quote: EuroQuote;
    }
);

/** One payment as the customer sees it. */
export interface ShownPayment {
  readonly paymentId: PaymentId;
  /** What is debited, once. */
  readonly amountCents: Cents;
  readonly currency: 'EUR';
  readonly payeeName: string;
  /** An IBAN; of a foreign payment perhaps a BBAN. */
  readonly payeeAccount: string;
  /** The message or the reference, whichever the payment has. */
  readonly text: string;
  readonly textKind: 'message' | 'reference';
  readonly count: number;
  /** Foreign payments only. */
  readonly foreign?: ShownForeignPayment;
}

/** Everything the customer is shown beside the second factor, and what the code is good for. */
export interface ShownPayments {
  readonly authorizationId: AuthorizationId;
  readonly tppName: string;
  readonly account: { readonly accountId: string; readonly iban: string };
  readonly payments: readonly ShownPayment[];
}

/** The payment as it is shown: its fields always in this order, which the digest relies on. */
export function showPayment(payment: PaymentToShow): ShownPayment {
  const { paymentId } = payment;
  if (payment.paymentType === 'ForeignPayment') {
    const { request, quote } = payment;
    return {
      paymentId,
      amountCents: quote.debitCents,
      currency: 'EUR',
      payeeName: request.payee.name,
      payeeAccount: request.payee.bankAccount.id,
      text: request.message,
      textKind: 'message',
      count: request.count,
      foreign: showForeignPart(request, quote),
    };
  }
  const { request } = payment;
  return {
    paymentId,
    amountCents: request.amountCents,
    currency: 'EUR',
    payeeName: request.payee.name,
    payeeAccount: request.payee.iban,
    text: request.message ?? request.reference ?? '',
    textKind: request.message === undefined && request.reference !== undefined ? 'reference' : 'message',
    count: request.count,
  };
}

/** Puts together what is shown, from what the store holds now. */
export function showPayments(from: {
  authorizationId: AuthorizationId;
  tppName: string;
  account: { accountId: string; iban: string };
  payments: readonly PaymentToShow[];
}): ShownPayments {
  const { authorizationId, tppName, account } = from;
  return {
    authorizationId,
    tppName,
    account: { accountId: account.accountId, iban: account.iban },
    payments: from.payments.map(showPayment),
  };
}

/**
 * SHA-256 of everything shown: what an authentication code is bound to (RTS article 5(1)(b) and (c): any change to the
 * amount or the payee makes the code worthless). Arrays with a fixed place for each field, so that no two different things
 * have the same bytes, whatever order a store gives an object's members back in.
 */
export function shownDigest(shown: ShownPayments): Buffer {
  const canonical = JSON.stringify([
    'lupa shown payments 1',
    shown.authorizationId,
    shown.tppName,
    shown.account.accountId,
    shown.account.iban,
    shown.payments.map((payment) => [
      payment.paymentId,
      payment.amountCents,
      payment.currency,
      payment.payeeName,
      payment.payeeAccount,
      payment.text,
      payment.textKind,
      payment.count,
      ...(payment.foreign === undefined ? [] : [foreignPartInOrder(payment.foreign)]),
    ]),
  ]);
  return createHash('sha256').update(canonical).digest();
}

/**
 * The most that the shown payments can debit: a recurring payment counts as often as it may be submitted. A `bigint`,
 * because a hundred payments of the largest amount a thousand times over are more than a `number` holds exactly.
 */
export function shownTotalCents(payments: readonly Pick<ShownPayment, 'amountCents' | 'count'>[]): bigint {
  return payments.reduce((total, { amountCents, count }) => total + BigInt(amountCents) * BigInt(count), 0n);
}

/** What an account can be debited by now. */
export function availableCents(account: { balanceCents: number; reservedCents: number; limitCents: number }): number {
  return account.balanceCents - account.reservedCents - account.limitCents;
}
