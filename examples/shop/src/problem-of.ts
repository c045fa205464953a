import { TppError } from '@lupa/tpp';
import type { Problem } from './problem.ts';

const NOTHING_CHARGED = 'Nothing was charged.';
/** The bank's signed word that this submission debits nothing. */
const REFUSAL_CODES: readonly string[] = ['INSUFFICIENT_FUNDS', 'PAYMENT_FAIL'];

/** What may be gone in a minute. */
const PASSING_CODES = [
  'CONNECTION_FAILED',
  'CONNECTION_LOST',
  'TIMEOUT',
  'KEYS_UNAVAILABLE',
  'UNAVAILABLE',
  'TOO_MANY_REQUESTS',
  'BANK_FAILED',
];

/**
 * Says for the customer what an error of the SDK means for their money, before a payment is submitted: then none has moved,
 * whatever went wrong. Anything but a `TppError` is a mistake of this shop and is thrown on.
 */
export function problemBeforeSubmission(error: unknown): Problem {
  const tppError = asTppError(error);
  return { ...problemOf(tppError), explanation: `${explain(tppError)} ${NOTHING_CHARGED}` };
}

/**
 * The same for the submission itself, whose answer may get lost after the bank has acted on it. Once that has happened, only
 * the bank's own refusal of this payment settles that no money moved; that the next attempt never reached it does not.
 *
 * @param wasOpen whether an earlier attempt may have moved the money
 */
export function problemOfSubmission(error: unknown, wasOpen: boolean): Problem {
  const tppError = asTppError(error);
  const isSettled = REFUSAL_CODES.includes(tppError.code) || !(wasOpen || tppError.outcomeUnknown);
  if (isSettled) return problemBeforeSubmission(error);
  return {
    ...problemOf(tppError),
    isMoneySafe: false,
    canSubmitAgain: true,
    explanation:
      'The bank’s answer got lost, so we do not know yet whether the payment went through. Trying again is safe: a submission with the same id is never paid twice.',
  };
}

/** What a status means that is no error of the call, but no payment either (contract §6). */
export function problemOfStatus(status: 'not approved' | 'Error' | 'Rejected'): Problem {
  const explanation = {
    'not approved': 'This payment was not approved at the bank.',
    Error: 'The bank could not debit the account.',
    Rejected: 'The bank accepted the payment at first and rejected it later.',
  }[status];
  return {
    code: status === 'not approved' ? 'AUTHORIZATION_DENIED' : 'PAYMENT_FAIL',
    explanation: `${explanation} ${NOTHING_CHARGED}`,
    isMoneySafe: true,
    canSubmitAgain: status === 'Error',
  };
}

function asTppError(error: unknown): TppError {
  if (error instanceof TppError) return error;
  throw error;
}

function problemOf(error: TppError): Omit<Problem, 'explanation'> {
  return {
    code: error.code,
    isMoneySafe: true,
    canSubmitAgain: error.code === 'INSUFFICIENT_FUNDS' || PASSING_CODES.includes(error.code),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    ...(error.interactionId === undefined ? {} : { interactionId: error.interactionId }),
  };
}

function explain({ code }: TppError): string {
  if (code === 'AUTHORIZATION_DENIED') {
    return 'The payment was not approved at the bank: it was cancelled or rejected there, or the login failed.';
  }
  if (code === 'INSUFFICIENT_FUNDS') {
    return 'There is not enough money in the account you chose, so the bank did not debit it.';
  }
  if (code === 'PAYMENT_FAIL') return 'The bank refused to execute the payment.';
  if (PASSING_CODES.includes(code)) return 'The bank cannot be reached just now; please try again in a little while.';
  if (code.startsWith('CALLBACK_') || code.startsWith('ID_TOKEN_')) {
    return 'What came back from the bank did not pass our checks, so we did not go on with it.';
  }
  return 'The payment could not be made.';
}
