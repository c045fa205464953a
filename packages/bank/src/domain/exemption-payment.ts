import type { ParsedSepaPayment, Violation } from '@lupa/protocol';

/**
 * What is wrong with a payment created with a token of the customer (contract §9, step 2): one payment for each authorization,
 * made once, and from an account that is named and the customer's. In the order of the request's fields.
 *
 * @param payerOwned whether `payer.iban`, if named, is an account of that customer
 */
export function exemptionViolations(
  request: Pick<ParsedSepaPayment, 'payer' | 'count' | 'authorizationId'>,
  payerOwned: boolean,
): Violation[] {
  const violations: Violation[] = [];
  if (request.payer === undefined) {
    violations.push({ type: 'Required', path: 'payer.iban', message: 'payer.iban is required in the exemption flow' });
  } else if (!payerOwned) {
    const message = 'payer.iban is not an account of the customer the access token stands for';
    violations.push({ type: 'InvalidValue', path: 'payer.iban', message });
  }
  if (request.count !== 1) {
    const message = 'count must be 1 in the exemption flow';
    violations.push({ type: 'Max', path: 'count', message, value: 1, inclusive: true });
  }
  if (request.authorizationId !== undefined) {
    const message = 'authorizationId cannot be given in the exemption flow: each payment is authorized on its own';
    violations.push({ type: 'InvalidValue', path: 'authorizationId', message });
  }
  return violations;
}
