import { isValidIBAN } from 'ibantools';
import { isSepaCountry } from './sepa-countries.ts';

declare const verified: unique symbol;

/** An IBAN that `verifyIban` has accepted: electronic format, upper case, no spaces. */
export type Iban = string & { readonly [verified]: 'Iban' };

/**
 * Verifies an IBAN: its country's length and structure, mod 97 (ISO 13616), and for Finland the national check digit
 * too, which `ibantools` leaves out.
 *
 * @param text the electronic format, without spaces (contract §5)
 * @returns the IBAN, or `undefined` when anything about it is wrong
 */
export function verifyIban(text: string): Iban | undefined {
  const isValid = text.startsWith('FI') ? isValidFinnish(text) : isValidIBAN(text);
  return isValid ? (text as Iban) : undefined;
}

/** Whether the text is a valid IBAN of a country that SEPA reaches. */
export function isSepaIban(text: string): text is Iban {
  return verifyIban(text) !== undefined && isSepaCountry(text.slice(0, 2));
}

/** Whether the text is a valid Finnish IBAN, national check digit included. */
export function isFinnishIban(text: string): text is Iban {
  return text.startsWith('FI') && verifyIban(text) !== undefined;
}

/** Whether a Finnish IBAN belongs to a bank whose national bank code starts with one of these, such as `5`. */
export function isIbanOfBank(iban: Iban, bankCodes: readonly string[]): boolean {
  return bankCodes.some((code) => iban.startsWith(code, 4));
}

/** Prints an IBAN for people, in groups of four (ISO 13616 print format). */
export function formatIbanInGroups(iban: string): string {
  return iban.replace(/.{4}(?=.)/gs, '$& ');
}

const FINNISH_FORMAT = /^FI[0-9]{16}$/;

/** `FI00` behind the account number, letters as ISO 7064 counts them: F is 15 and I is 18. */
const FINLAND_BEHIND = 151_800;

/**
 * What `isValidIBAN` says of Finnish ones too, a tenth as dear: every payment has one or two. An account number of 14 digits is an
 * exact number.
 */
function isValidFinnish(text: string): boolean {
  if (!FINNISH_FORMAT.test(text)) return false;
  const accountNumber = text.slice(4);
  const rest = ((Number(accountNumber) % 97) * 1_000_000 + FINLAND_BEHIND) % 97;
  return Number(text.slice(2, 4)) === 98 - rest && hasFinnishCheckDigit(accountNumber);
}

/**
 * The last of a Finnish account number's 14 digits makes the Luhn sum (weights 2-1-2-1… from the right) a multiple of
 * ten.
 */
function hasFinnishCheckDigit(accountNumber: string): boolean {
  let sum = 0;
  for (let index = 0; index < accountNumber.length; index += 1) {
    const digit = accountNumber.charCodeAt(index) - 0x30;
    const isDoubled = (accountNumber.length - index) % 2 === 0;
    sum += isDoubled ? (digit < 5 ? digit * 2 : digit * 2 - 9) : digit;
  }
  return sum % 10 === 0;
}
