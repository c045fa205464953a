import {
  ACCOUNT_SCHEMES,
  type Authorization,
  CHARGES,
  FOREIGN_PAYMENT_ORDERS,
  type ForeignPayment,
  PAYMENT_STATUSES,
  type Payment,
  parseAmountEUR,
  parseCurrencyAmount,
  parseUuid,
  SEPA_PAYMENT_ORDERS,
  type SepaPayment,
  SUBMISSION_STATUSES,
  type Submission,
} from '@lupa/protocol';
import { TppError } from './tpp-error.ts';

/**
 * The answers of contract §5, their shape checked before a caller relies on their types. Members that are not known here pass, for a bank
 * may add some; a known one of the wrong shape does not.
 */

/** @throws TppError ANSWER_UNEXPECTED */
export function parseSepaPayment(json: unknown): SepaPayment {
  const payment = object(json, 'the payment');
  const payee = object(payment.payee, 'payee');
  checkIdentity(payment, 'SepaPayment');
  check(payment.detailsOfCharges === 'SHA', 'detailsOfCharges');
  check(isOneOf(SEPA_PAYMENT_ORDERS, payment.paymentOrder), 'paymentOrder');
  check(Number.isSafeInteger(payment.count), 'count');
  check(isText(payment.amountEUR) && parseAmountEUR(payment.amountEUR) !== undefined, 'amountEUR');
  check(isText(payee.iban), 'payee.iban');
  check(isText(payee.name), 'payee.name');
  check(isOptional(isText, payee.country), 'payee.country');
  check(
    isOptional((lines) => Array.isArray(lines) && lines.every(isText), payee.address),
    'payee.address',
  );
  for (const name of ['message', 'reference', 'ultimatePayee', 'originalPayer'])
    check(isOptional(isText, payment[name]), name);
  return payment as unknown as SepaPayment;
}

/** @throws TppError ANSWER_UNEXPECTED */
export function parseForeignPayment(json: unknown): ForeignPayment {
  const payment = object(json, 'the payment');
  const payee = object(payment.payee, 'payee');
  const account = object(payee.bankAccount, 'payee.bankAccount');
  const bank = object(payee.financialInstitution, 'payee.financialInstitution');
  checkIdentity(payment, 'ForeignPayment');
  check(isOneOf(CHARGES, payment.detailsOfCharges), 'detailsOfCharges');
  check(isOneOf(FOREIGN_PAYMENT_ORDERS, payment.paymentOrder), 'paymentOrder');
  check(payment.count === 1, 'count');
  const { amount, currency } = payment;
  check(isText(amount) && isText(currency) && parseCurrencyAmount(amount, currency) !== undefined, 'amount');
  check(isText(payment.message), 'message');
  check(isText(payee.name), 'payee.name');
  check(isText(account.id), 'payee.bankAccount.id');
  check(isOneOf(ACCOUNT_SCHEMES, account.schemeName), 'payee.bankAccount.schemeName');
  for (const name of ['bic', 'clearingSystemId', 'name'])
    check(isOptional(isText, bank[name]), `payee.financialInstitution.${name}`);
  object(payee.foreignAddress, 'payee.foreignAddress');
  check(isOptional(isText, payment.exchangeRateReference), 'exchangeRateReference');
  return payment as unknown as ForeignPayment;
}

/** A payment of either type, as its `paymentType` tells. @throws TppError ANSWER_UNEXPECTED */
export function parsePayment(json: unknown): Payment {
  const { paymentType } = object(json, 'the payment');
  return paymentType === 'ForeignPayment' ? parseForeignPayment(json) : parseSepaPayment(json);
}

/** What payments of both types have. */
function checkIdentity(payment: Record<string, unknown>, paymentType: Payment['paymentType']): void {
  check(isUuid(payment.paymentId), 'paymentId');
  check(isUuid(payment.authorizationId), 'authorizationId');
  check(isOneOf(PAYMENT_STATUSES, payment.status), 'status');
  check(payment.paymentType === paymentType, 'paymentType');
  if (payment.payer !== undefined) check(isText(object(payment.payer, 'payer').iban), 'payer.iban');
  checkTimes(payment);
  if (payment.submissions !== undefined) list(payment.submissions, 'submissions').forEach(parseSubmission);
}

/** @throws TppError ANSWER_UNEXPECTED */
export function parseSubmission(json: unknown): Submission {
  const submission = object(json, 'the submission');
  check(isText(submission.submissionId), 'submissionId');
  check(isOneOf(SUBMISSION_STATUSES, submission.status), 'status');
  check(isOptional(isText, submission.archiveId), 'archiveId');
  checkTimes(submission);
  return submission as unknown as Submission;
}

/** `{"submissions": […]}`. @throws TppError ANSWER_UNEXPECTED */
export function parseSubmissions(json: unknown): readonly Submission[] {
  return list(object(json, 'the answer').submissions, 'submissions').map(parseSubmission);
}

/** @throws TppError ANSWER_UNEXPECTED */
export function parseAuthorization(json: unknown): Authorization {
  const authorization = object(json, 'the authorization');
  check(isUuid(authorization.authorizationId), 'authorizationId');
  check(isOneOf(PAYMENT_STATUSES, authorization.status), 'status');
  check(isOptional(isText, authorization.authorized), 'authorized');
  checkTimes(authorization);
  if (authorization.sepaPayments !== undefined)
    list(authorization.sepaPayments, 'sepaPayments').forEach(parseSepaPayment);
  if (authorization.foreignPayments !== undefined)
    list(authorization.foreignPayments, 'foreignPayments').forEach(parseForeignPayment);
  return authorization as unknown as Authorization;
}

/** `{"payments": […]}`. @throws TppError ANSWER_UNEXPECTED */
export function parsePayments(json: unknown): readonly Payment[] {
  return list(object(json, 'the answer').payments, 'payments').map(parsePayment);
}

function object(value: unknown, name: string): Record<string, unknown> {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), name);
  return value as Record<string, unknown>;
}

function list(value: unknown, name: string): readonly unknown[] {
  check(Array.isArray(value), name);
  return value as readonly unknown[];
}

function checkTimes({ created, modified }: Record<string, unknown>): void {
  check(isText(created) && !Number.isNaN(Date.parse(created)), 'created');
  check(isText(modified) && !Number.isNaN(Date.parse(modified)), 'modified');
}

function check(isRight: boolean, name: string): void {
  if (!isRight)
    throw new TppError('ANSWER_UNEXPECTED', { detail: `${name} is missing or has a shape the contract does not have` });
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isUuid(value: unknown): boolean {
  return isText(value) && parseUuid(value) !== undefined;
}

function isOneOf(values: readonly string[], value: unknown): boolean {
  return isText(value) && values.includes(value);
}

function isOptional(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || is(value);
}
