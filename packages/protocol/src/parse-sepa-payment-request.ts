import { type Iban, isSepaIban } from './iban.ts';
import { type AuthorizationId, parseAuthorizationId } from './ids.ts';
import {
  type Findings,
  MAX_ADDRESS_LINE_LENGTH,
  MAX_MESSAGE_LENGTH,
  MAX_NAME_LENGTH,
  note,
  noteUnrecognized,
  type PaymentRules,
  readChoice,
  readCountryCode,
  readEuros,
  readInteger,
  readObject,
  readPayer,
  readString,
  readText,
} from './payment-fields.ts';
import { isPaymentReference } from './references.ts';
import { type ParsedSepaPayee, type ParsedSepaPayment, SEPA_PAYMENT_ORDERS } from './sepa-payment.ts';
import type { Violation } from './violations.ts';

/** Lines of an address (contract §5). */
export const MAX_ADDRESS_LINES = 4;
/** How often one recurring payment may be submitted (contract §5). */
export const MAX_COUNT = 1000;

const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  'amountEUR',
  'payee',
  'payer',
  'message',
  'reference',
  'count',
  'authorizationId',
  'paymentOrder',
  'ultimatePayee',
  'originalPayer',
]);
const PAYEE_FIELDS: ReadonlySet<string> = new Set(['iban', 'name', 'address', 'country']);

/**
 * Reads the body of `POST /sepa-payments` (contract §5, SepaPaymentRequest).
 *
 * @param json the parsed body
 * @returns the request, defaults filled in, or every broken rule in the order of the contract's table, unknown properties last
 * @example
 * parseSepaPaymentRequest(parseStrictJson(body), { bankCodes: ['5'] });
 */
export function parseSepaPaymentRequest(
  json: unknown,
  { bankCodes }: PaymentRules,
): { request: ParsedSepaPayment } | { violations: readonly Violation[] } {
  const findings: Findings = [];
  const body = readObject(json ?? null, '', true, findings);
  if (body === undefined) return { violations: findings };

  const amountCents = readEuros(body.amountEUR, 'amountEUR', findings);
  const payee = readPayee(body.payee, findings);
  const payer = readPayer(body.payer, bankCodes, findings);
  const message = readText(body.message, 'message', MAX_MESSAGE_LENGTH, false, findings);
  const reference = readReference(body.reference, findings);
  if ((body.message === undefined) === (body.reference === undefined)) {
    note(findings, 'MessageOrReference', 'message', 'or reference must be given, and not both');
  }
  const count = readInteger(body.count, 'count', { min: 1, max: MAX_COUNT }, findings);
  const authorizationId = readAuthorizationId(body.authorizationId, findings);
  const paymentOrder = readChoice(body.paymentOrder, 'paymentOrder', SEPA_PAYMENT_ORDERS, 'PaymentOrder', findings);
  const ultimatePayee = readText(body.ultimatePayee, 'ultimatePayee', MAX_NAME_LENGTH, false, findings);
  const originalPayer = readText(body.originalPayer, 'originalPayer', MAX_NAME_LENGTH, false, findings);
  noteUnrecognized(body, REQUEST_FIELDS, '', findings);

  if (findings.length > 0 || amountCents === undefined || payee === undefined) return { violations: findings };
  return {
    request: {
      amountCents,
      payee,
      ...(payer !== undefined && { payer }),
      ...(message !== undefined && { message }),
      ...(reference !== undefined && { reference }),
      count: count ?? 1,
      ...(authorizationId !== undefined && { authorizationId }),
      paymentOrder: paymentOrder ?? 'SEPA',
      ...(ultimatePayee !== undefined && { ultimatePayee }),
      ...(originalPayer !== undefined && { originalPayer }),
    },
  };
}

function readPayee(value: unknown, findings: Findings): ParsedSepaPayee | undefined {
  const payee = readObject(value, 'payee', true, findings);
  if (payee === undefined) return undefined;
  const iban = readPayeeIban(payee.iban, findings);
  const name = readText(payee.name, 'payee.name', MAX_NAME_LENGTH, true, findings);
  const needsAddress = iban !== undefined && !iban.startsWith('FI');
  const address = readAddress(payee.address, needsAddress, findings);
  const country = readCountry(payee.country, needsAddress, findings);
  noteUnrecognized(payee, PAYEE_FIELDS, 'payee', findings);
  if (iban === undefined || name === undefined) return undefined;
  return { iban, name, ...(address !== undefined && { address }), ...(country !== undefined && { country }) };
}

function readPayeeIban(value: unknown, findings: Findings): Iban | undefined {
  const text = readString(value, 'payee.iban', true, findings);
  if (text === undefined) return undefined;
  return isSepaIban(text) ? text : note(findings, 'SepaIban', 'payee.iban', 'is not a valid IBAN of a SEPA country');
}

function readAddress(value: unknown, isRequired: boolean, findings: Findings): readonly string[] | undefined {
  const path = 'payee.address';
  if (value === undefined) {
    return isRequired ? note(findings, 'SepaAddress', path, 'is required when the IBAN is not Finnish') : undefined;
  }
  if (!Array.isArray(value)) return note(findings, 'TypeMismatch', path, 'must be an array of lines');
  if (value.length === 0 || value.length > MAX_ADDRESS_LINES) {
    return note(findings, 'Size', path, `must have 1 to ${MAX_ADDRESS_LINES} lines`, {
      min: 1,
      max: MAX_ADDRESS_LINES,
    });
  }
  const lines: string[] = [];
  for (const [index, line] of value.entries()) {
    const read = readText(line, `${path}[${index}]`, MAX_ADDRESS_LINE_LENGTH, true, findings);
    if (read !== undefined) lines.push(read);
  }
  return lines;
}

function readCountry(value: unknown, isRequired: boolean, findings: Findings): string | undefined {
  const path = 'payee.country';
  if (value === undefined) {
    return isRequired ? note(findings, 'SepaAddress', path, 'is required when the IBAN is not Finnish') : undefined;
  }
  return readCountryCode(value, path, true, findings);
}

function readReference(value: unknown, findings: Findings): string | undefined {
  const text = readString(value, 'reference', false, findings);
  if (text === undefined || isPaymentReference(text)) return text;
  return note(
    findings,
    'FinnishReference',
    'reference',
    'is neither a Finnish reference number nor an RF creditor reference',
  );
}

function readAuthorizationId(value: unknown, findings: Findings): AuthorizationId | undefined {
  const text = readString(value, 'authorizationId', false, findings);
  if (text === undefined) return undefined;
  return (
    parseAuthorizationId(text) ??
    note(findings, 'InvalidValue', 'authorizationId', 'is not an authorizationId of this bank')
  );
}
