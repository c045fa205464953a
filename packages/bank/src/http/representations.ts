import { type Authorization, formatCents, formatHelsinki, type SepaPayment, type Submission } from '@lupa/protocol';
import type { AuthorizationRecord, PaymentRecord, SubmissionRecord } from '../ports/records.ts';

/** A payment as contract §5 answers it, members in the order of the workflow document's example. */
export function sepaPayment(payment: PaymentRecord, submissions?: readonly SubmissionRecord[]): SepaPayment {
  const { request } = payment;
  const payerIban = payment.debitIban ?? request.payer?.iban;
  return {
    paymentId: payment.paymentId,
    authorizationId: payment.authorizationId,
    status: payment.status,
    created: formatHelsinki(payment.created),
    modified: formatHelsinki(payment.modified),
    detailsOfCharges: 'SHA',
    paymentOrder: request.paymentOrder,
    count: request.count,
    ...(payerIban === undefined ? {} : { payer: { iban: payerIban } }),
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

/** An authorization as contract §5 answers it. */
export function authorization(record: AuthorizationRecord, payments?: readonly PaymentRecord[]): Authorization {
  return {
    authorizationId: record.authorizationId,
    created: formatHelsinki(record.created),
    modified: formatHelsinki(record.modified),
    ...(record.authorized === undefined ? {} : { authorized: formatHelsinki(record.authorized) }),
    status: record.status,
    ...(payments === undefined ? {} : { sepaPayments: payments.map((payment) => sepaPayment(payment)) }),
  };
}
