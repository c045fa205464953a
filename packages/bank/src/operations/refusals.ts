import { LupaError, type ViolationType } from '@lupa/protocol';
import type { SubmissionFailure } from '../domain/simulated-trial.ts';

/** 409: the thing is not in a state that allows this (contract §7). */
export function illegalState(description: string): LupaError {
  return new LupaError('ILLEGAL_STATE', { description, violations: [violation('IllegalState', description)] });
}

/** 409: the idempotency key stands for another payment, or for one that has moved on (contract §7). */
export function duplicatePayment(description: string): LupaError {
  return new LupaError('DUPLICATE_PAYMENT', { description, violations: [violation('DuplicatePayment', description)] });
}

/** 422: recorded as `Error`, nothing debited (contract §7). */
export function insufficientFunds(): LupaError {
  return new LupaError('INSUFFICIENT_FUNDS', {
    violations: [violation('InsufficientFunds', 'the debit account does not hold the amount of this payment')],
  });
}

const FAILURES: Readonly<Record<SubmissionFailure, string>> = {
  Unspecified: 'the payment was refused',
  AccountClosed: 'the debit account is closed',
  InvalidPayee: "the payee's account does not take the payment",
  LimitExceeded: "the payment exceeds a limit of the customer's",
};

/** 422: recorded as `Rejected`, for good (contract §7). */
export function paymentFail(failure: SubmissionFailure): LupaError {
  return new LupaError('PAYMENT_FAIL', {
    description: FAILURES[failure],
    violations: [violation('PaymentFail', FAILURES[failure])],
  });
}

function violation(type: ViolationType, message: string) {
  return { type, path: '', message };
}
