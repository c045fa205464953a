import { isCountryCode } from './country-codes.ts';
import { type Iban, isFinnishIban, isIbanOfBank } from './iban.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { type Cents, MAX_AMOUNT_CENTS, readAmountEUR } from './money.ts';
import { checkText } from './text.ts';
import type { Violation, ViolationType } from './violations.ts';

/** Where the readers below put every rule they find broken, in the order in which they are called. */
export type Findings = Violation[];

/** What of the rules differs from bank to bank. */
export interface PaymentRules {
  /** The national bank codes of this bank's Finnish accounts, or the digits they start with: `['5']`. */
  readonly bankCodes: readonly string[];
}

/** Code points of a name: of a payee, an ultimate payee, an original payer (contract §5). */
export const MAX_NAME_LENGTH = 70;
/** Code points of a message (contract §5). */
export const MAX_MESSAGE_LENGTH = 140;
/** Code points of an address line (contract §5). */
export const MAX_ADDRESS_LINE_LENGTH = 35;

const PAYER_FIELDS: ReadonlySet<string> = new Set(['iban']);

/** Unknown members reported for one body: the sender could otherwise have us answer a far larger body than it sent. */
const MAX_UNRECOGNIZED_REPORTED = 50;

/** Longest part of a member name of the sender's choice that is repeated in an answer. */
const MAX_SHOWN_NAME_LENGTH = 100;

const MAX_AMOUNT_EUROS = MAX_AMOUNT_CENTS / 100;

/** Notes a broken rule. The message starts with the path, so that it reads alone. */
export function note(
  findings: Findings,
  type: ViolationType,
  path: string,
  rule: string,
  limits: Pick<Violation, 'value' | 'inclusive' | 'min' | 'max'> = {},
): undefined {
  findings.push({ type, path, message: `${path === '' ? 'the body' : path} ${rule}`, ...limits });
}

/** Reads a JSON object; `undefined`, with a finding, when it is something else or is missing though required. */
export function readObject(
  value: unknown,
  path: string,
  isRequired: boolean,
  findings: Findings,
): JsonObject | undefined {
  if (value === undefined) return isRequired ? note(findings, 'Required', path, 'is missing') : undefined;
  return isJsonObject(value) ? value : note(findings, 'TypeMismatch', path, 'must be an object');
}

/** Reads a string of whatever content. */
export function readString(value: unknown, path: string, isRequired: boolean, findings: Findings): string | undefined {
  if (value === undefined) return isRequired ? note(findings, 'Required', path, 'is missing') : undefined;
  return typeof value === 'string' ? value : note(findings, 'TypeMismatch', path, 'must be a string');
}

/** Reads a free text of 1 to `max` code points, without hidden characters. */
export function readText(
  value: unknown,
  path: string,
  max: number,
  isRequired: boolean,
  findings: Findings,
): string | undefined {
  const text = readString(value, path, isRequired, findings);
  if (text === undefined) return undefined;
  switch (checkText(text, max)) {
    case undefined:
      return text;
    case 'Size':
      return note(findings, 'Size', path, `must have 1 to ${max} characters`, { min: 1, max });
    case 'InvalidValue':
      return note(findings, 'InvalidValue', path, 'must be visible text without control or formatting characters');
  }
}

/** Reads a whole number within limits, which are both still allowed. */
export function readInteger(
  value: unknown,
  path: string,
  { min, max }: { min: number; max: number },
  findings: Findings,
): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value))
    return note(findings, 'TypeMismatch', path, 'must be a whole number');
  if (value < min) return note(findings, 'Min', path, `must be at least ${min}`, { value: min, inclusive: true });
  if (value > max) return note(findings, 'Max', path, `must be at most ${max}`, { value: max, inclusive: true });
  return value;
}

/** Reads a required amount in euros. */
export function readEuros(value: unknown, path: string, findings: Findings): Cents | undefined {
  if (value === undefined) return note(findings, 'Required', path, 'is missing');
  const read = readAmountEUR(value);
  if ('cents' in read) return read.cents;
  switch (read.refusal) {
    case 'TypeMismatch':
      return note(findings, 'TypeMismatch', path, 'must be a string such as "4.00"');
    case 'EuroCents':
      return note(findings, 'EuroCents', path, 'must be digits, with no decimals or with a point and exactly two');
    case 'Min':
      return note(findings, 'Min', path, 'must be greater than zero', { value: 0, inclusive: false });
    case 'Max':
      return note(findings, 'Max', path, 'must be at most 999999999.99', { value: MAX_AMOUNT_EUROS, inclusive: true });
  }
}

/** Reads an ISO 3166-1 alpha-2 country code. */
export function readCountryCode(
  value: unknown,
  path: string,
  isRequired: boolean,
  findings: Findings,
): string | undefined {
  const text = readString(value, path, isRequired, findings);
  if (text === undefined || isCountryCode(text)) return text;
  return note(findings, 'CountryCode', path, 'is not an ISO 3166-1 alpha-2 country code');
}

/** Reads one of a few fixed values, which may be left out. */
export function readChoice<Choice extends string>(
  value: unknown,
  path: string,
  choices: readonly Choice[],
  violation: ViolationType,
  findings: Findings,
): Choice | undefined {
  const text = readString(value, path, false, findings);
  if (text === undefined) return undefined;
  return choices.find((each) => each === text) ?? note(findings, violation, path, `must be ${choices.join(' or ')}`);
}

/** Reads `payer`, which may be left out: an account of this bank. */
export function readPayer(
  value: unknown,
  bankCodes: readonly string[],
  findings: Findings,
): { iban: Iban } | undefined {
  const payer = readObject(value, 'payer', false, findings);
  if (payer === undefined) return undefined;
  const iban = readPayerIban(payer.iban, bankCodes, findings);
  noteUnrecognized(payer, PAYER_FIELDS, 'payer', findings);
  return iban === undefined ? undefined : { iban };
}

function readPayerIban(value: unknown, bankCodes: readonly string[], findings: Findings): Iban | undefined {
  const text = readString(value, 'payer.iban', true, findings);
  if (text === undefined) return undefined;
  if (!isFinnishIban(text)) return note(findings, 'FinnishIban', 'payer.iban', 'is not a valid Finnish IBAN');
  return isIbanOfBank(text, bankCodes)
    ? text
    : note(findings, 'InvalidValue', 'payer.iban', 'is not an account of this bank');
}

/** Notes every member that the contract does not know (contract §5: an unknown property is an error). */
export function noteUnrecognized(
  object: JsonObject,
  known: ReadonlySet<string>,
  path: string,
  findings: Findings,
): void {
  let reported = 0;
  for (const name in object) {
    if (known.has(name)) continue;
    if (reported === MAX_UNRECOGNIZED_REPORTED) return;
    reported += 1;
    const shown = name.length > MAX_SHOWN_NAME_LENGTH ? `${name.slice(0, MAX_SHOWN_NAME_LENGTH)}…` : name;
    note(findings, 'UnrecognizedProperty', path === '' ? shown : `${path}.${shown}`, 'is not a known property');
  }
}
