import {
  type Authorization,
  type ForeignPayment,
  formatCents,
  formatCurrencyAmount,
  formatHelsinki,
  type SepaPayment,
  type Submission,
} from '@lupa/protocol';
import type {
  AuthorizationRecord,
  ForeignPaymentRecord,
  PaymentRecord,
  SepaPaymentRecord,
  SubmissionRecord,
} from '../ports/records.ts';

/** A payment of either type as contract §5 answers it. */
export function anyPayment(
  payment: PaymentRecord,
  submissions?: readonly SubmissionRecord[],
): SepaPayment | ForeignPayment {
  return payment.paymentType === 'SepaPayment'
    ? sepaPayment(payment, submissions)
    : foreignPayment(payment, submissions);
}

/** A SEPA payment, members in the order of the workflow document's example. */
function sepaPayment(payment: SepaPaymentRecord, submissions?: readonly SubmissionRecord[]): SepaPayment {
  const { request } = payment;
  return {
    ...identity(payment),
    detailsOfCharges: 'SHA',
    paymentOrder: request.paymentOrder,
    count: request.count,
    ...payer(payment),
    ...(request.message === undefined ? {} : { message: request.message }),
    ...(request.reference === undefined ? {} : { reference: request.reference }),
    paymentType: 'SepaPayment',
    payee: request.payee,
    ...(request.ultimatePayee === undefined ? {} : { ultimatePayee: request.ultimatePayee }),
    ...(request.originalPayer === undefined ? {} : { originalPayer: request.originalPayer }),
    amountEUR: formatCents(request.amountCents),
    ...(submissions === undefined ? {} : { submissions: submissions.map(submission) }),
  };
}

/** A foreign payment, members in the same order. */
function foreignPayment(payment: ForeignPaymentRecord, submissions?: readonly SubmissionRecord[]): ForeignPayment {
  const { request } = payment;
  const { exchangeRateReference } = request;
  return {
    ...identity(payment),
    detailsOfCharges: request.detailsOfCharges,
    paymentOrder: request.paymentOrder,
    count: request.count,
    ...payer(payment),
    message: request.message,
    paymentType: 'ForeignPayment',
    payee: request.payee,
    amount: formatCurrencyAmount(request.amountMinorUnits, request.currency),
    currency: request.currency,
    ...(exchangeRateReference === undefined ? {} : { exchangeRateReference }),
    ...(submissions === undefined ? {} : { submissions: submissions.map(submission) }),
  };
}

function identity(payment: PaymentRecord) {
  return {
    paymentId: payment.paymentId,
    authorizationId: payment.authorizationId,
    status: payment.status,
    created: formatHelsinki(payment.created),
    modified: formatHelsinki(payment.modified),
  };
}

/** The account that is debited, once it is chosen; until then the one that was asked for. */
function payer({ debitIban, request }: PaymentRecord): { payer?: { iban: string } } {
  const iban = debitIban ?? request.payer?.iban;
  return iban === undefined ? {} : { payer: { iban } };
}

/** A submission as contract §5 answers it. */
export function submission(record: SubmissionRecord): Submission {
  return {
    submissionId: record.submissionId,
    ...(record.archiveId === undefined ? {} : { archiveId: record.archiveId }),
    created: formatHelsinki(record.created),
    modified: formatHelsinki(record.modified),
    status: record.status,
  };
}

/** An authorization as contract §5 answers it. Its payments are of one type: a foreign payment is alone in its own. */
export function authorization(record: AuthorizationRecord, payments?: readonly PaymentRecord[]): Authorization {
  const foreign = payments?.filter((payment) => payment.paymentType === 'ForeignPayment') ?? [];
  const sepa = payments?.filter((payment) => payment.paymentType === 'SepaPayment') ?? [];
  return {
    authorizationId: record.authorizationId,
    created: formatHelsinki(record.created),
    modified: formatHelsinki(record.modified),
    ...(record.authorized === undefined ? {} : { authorized: formatHelsinki(record.authorized) }),
    status: record.status,
    ...(sepa.length > 0 && { sepaPayments: sepa.map((payment) => sepaPayment(payment)) }),
    ...(foreign.length > 0 && { foreignPayments: foreign.map((payment) => foreignPayment(payment)) }),
  };
}
