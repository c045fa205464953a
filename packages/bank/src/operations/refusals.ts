import { LupaError, type ViolationType } from '@lupa/protocol';

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

function violation(type: ViolationType, message: string) {
  return { type, path: '', message };
}
