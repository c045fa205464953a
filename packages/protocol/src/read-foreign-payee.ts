import { countryOfBic, isBic } from './bic.ts';
import { countryOfClearingSystemId, isClearingSystemId } from './clearing-system-id.ts';
import { isEeaCountry } from './eea-countries.ts';
import {
  ACCOUNT_SCHEMES,
  type FinancialInstitution,
  type ForeignAddress,
  type ForeignBankAddress,
  type ParsedForeignPayee,
} from './foreign-payment.ts';
import { verifyIban } from './iban.ts';
import {
  type Findings,
  MAX_ADDRESS_LINE_LENGTH,
  MAX_NAME_LENGTH,
  note,
  noteUnrecognized,
  readCountryCode,
  readObject,
  readString,
  readText,
} from './payment-fields.ts';
import type { ViolationType } from './violations.ts';

/** Code points of the name of who issued an account number (our own limit: contract §5 gives none). */
export const MAX_ISSUER_LENGTH = 35;

/** Digits of an account number that is no IBAN (contract §5). */
const BBAN = /^[0-9]{1,35}$/;

const PAYEE_FIELDS: ReadonlySet<string> = new Set(['name', 'bankAccount', 'financialInstitution', 'foreignAddress']);
const ACCOUNT_FIELDS: ReadonlySet<string> = new Set(['id', 'schemeName', 'issuer']);
const INSTITUTION_FIELDS: ReadonlySet<string> = new Set(['bic', 'clearingSystemId', 'name', 'foreignBankAddress']);
const BANK_ADDRESS_FIELDS: ReadonlySet<string> = new Set(['address', 'city', 'country']);
const ADDRESS_FIELDS: ReadonlySet<string> = new Set(['addressLine1', 'addressLine2', 'country']);

const INSTITUTION = 'payee.financialInstitution';

type BankAccount = ParsedForeignPayee['bankAccount'];

/** Reads the payee of a foreign payment (contract §5), every broken rule of it in the order of its fields. */
export function readForeignPayee(value: unknown, findings: Findings): ParsedForeignPayee | undefined {
  const payee = readObject(value, 'payee', true, findings);
  if (payee === undefined) return undefined;
  const name = readText(payee.name, 'payee.name', MAX_NAME_LENGTH, true, findings);
  const bankAccount = readBankAccount(payee.bankAccount, findings);
  const financialInstitution = readInstitution(payee.financialInstitution, findings);
  if (bankAccount !== undefined && financialInstitution !== undefined) {
    checkEuEta(bankAccount, financialInstitution, findings);
  }
  const foreignAddress = readForeignAddress(payee.foreignAddress, findings);
  noteUnrecognized(payee, PAYEE_FIELDS, 'payee', findings);
  const isWhole = name !== undefined && bankAccount !== undefined && financialInstitution !== undefined;
  if (!isWhole || foreignAddress === undefined) return undefined;
  return { name, bankAccount, financialInstitution, foreignAddress };
}

function readBankAccount(value: unknown, findings: Findings): BankAccount | undefined {
  const path = 'payee.bankAccount';
  const account = readObject(value, path, true, findings);
  if (account === undefined) return undefined;
  const numbered = readAccountNumber(account.id, account.schemeName, findings);
  const issuer = readText(account.issuer, `${path}.issuer`, MAX_ISSUER_LENGTH, false, findings);
  noteUnrecognized(account, ACCOUNT_FIELDS, path, findings);
  return numbered && { ...numbered, ...(issuer !== undefined && { issuer }) };
}

/** What the number has to be, its scheme says; so a number is looked at only under a scheme that is one. */
function readAccountNumber(idValue: unknown, schemeValue: unknown, findings: Findings): BankAccount | undefined {
  const path = 'payee.bankAccount';
  const id = readString(idValue, `${path}.id`, true, findings);
  const iban = id === undefined ? undefined : verifyIban(id);
  if (id !== undefined && schemeValue === 'IBAN' && iban === undefined) {
    note(findings, 'Iban', `${path}.id`, 'is not a valid IBAN');
  }
  if (id !== undefined && schemeValue === 'BBAN' && !BBAN.test(id)) {
    note(findings, 'InvalidValue', `${path}.id`, 'must be 1 to 35 digits');
  }
  const text = readString(schemeValue, `${path}.schemeName`, true, findings);
  const schemeName = ACCOUNT_SCHEMES.find((each) => each === text);
  if (text !== undefined && schemeName === undefined) {
    note(findings, 'InvalidValue', `${path}.schemeName`, 'must be IBAN or BBAN');
  }
  if (schemeName === 'IBAN') return iban && { id: iban, schemeName };
  return schemeName === undefined || id === undefined ? undefined : { id, schemeName };
}

function readInstitution(value: unknown, findings: Findings): FinancialInstitution | undefined {
  const institution = readObject(value, INSTITUTION, true, findings);
  if (institution === undefined) return undefined;
  const earlierFindings = findings.length;
  const { bic: bicValue, clearingSystemId: idValue } = institution;
  const bic = readCode(bicValue, 'bic', isBic, 'ValidBic', 'is not a BIC of 8 or 11 characters', findings);
  const clearingSystemId = readCode(
    idValue,
    'clearingSystemId',
    isClearingSystemId,
    'InvalidValue',
    'is not a clearing system id such as USABA021000021',
    findings,
  );
  if (bicValue !== undefined && idValue !== undefined) {
    note(findings, 'CreditorBicOrAddress', `${INSTITUTION}.clearingSystemId`, 'must not be given together with bic');
  }
  const name = readText(institution.name, `${INSTITUTION}.name`, MAX_NAME_LENGTH, false, findings);
  const isAddressAlone = bicValue === undefined && idValue === undefined;
  const foreignBankAddress = readBankAddress(institution.foreignBankAddress, isAddressAlone, findings);
  noteUnrecognized(institution, INSTITUTION_FIELDS, INSTITUTION, findings);
  if (findings.length > earlierFindings) return undefined;
  return {
    ...(bic !== undefined && { bic }),
    ...(clearingSystemId !== undefined && { clearingSystemId }),
    ...(name !== undefined && { name }),
    ...(foreignBankAddress !== undefined && { foreignBankAddress }),
  };
}

function readCode(
  value: unknown,
  member: string,
  isValid: (text: string) => boolean,
  violation: ViolationType,
  rule: string,
  findings: Findings,
): string | undefined {
  const text = readString(value, `${INSTITUTION}.${member}`, false, findings);
  if (text === undefined || isValid(text)) return text;
  return note(findings, violation, `${INSTITUTION}.${member}`, rule);
}

/** @param isAlone whether nothing else says which bank it is: then the address is required, and all of it */
function readBankAddress(value: unknown, isAlone: boolean, findings: Findings): ForeignBankAddress | undefined {
  const path = `${INSTITUTION}.foreignBankAddress`;
  if (value === undefined && isAlone) {
    return note(findings, 'CreditorBicOrAddress', path, 'is required without bic and clearingSystemId');
  }
  const read = readObject(value, path, false, findings);
  if (read === undefined) return undefined;
  const address = readText(read.address, `${path}.address`, MAX_ADDRESS_LINE_LENGTH, isAlone, findings);
  const city = readText(read.city, `${path}.city`, MAX_ADDRESS_LINE_LENGTH, isAlone, findings);
  const country = readCountryCode(read.country, `${path}.country`, isAlone, findings);
  noteUnrecognized(read, BANK_ADDRESS_FIELDS, path, findings);
  return {
    ...(address !== undefined && { address }),
    ...(city !== undefined && { city }),
    ...(country !== undefined && { country }),
  };
}

/**
 * Payments inside the EU/ETA area need both BIC and IBAN (contract §5). A payment is inside when anything it says about the
 * payee's bank is: its IBAN, its BIC, its clearing system or its address. Where the payee lives says nothing about that.
 */
function checkEuEta(account: BankAccount, institution: FinancialInstitution, findings: Findings): void {
  const { bic, clearingSystemId, foreignBankAddress } = institution;
  const countries = [
    account.schemeName === 'IBAN' ? account.id.slice(0, 2) : undefined,
    bic === undefined ? undefined : countryOfBic(bic),
    clearingSystemId === undefined ? undefined : countryOfClearingSystemId(clearingSystemId),
    foreignBankAddress?.country,
  ];
  if (!countries.some((country) => country !== undefined && isEeaCountry(country))) return;
  if (account.schemeName !== 'IBAN') {
    note(findings, 'EuEtaValid', 'payee.bankAccount.schemeName', 'must be IBAN inside the EU/ETA area');
  }
  if (bic === undefined) note(findings, 'EuEtaValid', `${INSTITUTION}.bic`, 'is required inside the EU/ETA area');
}

function readForeignAddress(value: unknown, findings: Findings): ForeignAddress | undefined {
  const path = 'payee.foreignAddress';
  const address = readObject(value, path, true, findings);
  if (address === undefined) return undefined;
  const addressLine1 = readText(address.addressLine1, `${path}.addressLine1`, MAX_ADDRESS_LINE_LENGTH, true, findings);
  const addressLine2 = readText(address.addressLine2, `${path}.addressLine2`, MAX_ADDRESS_LINE_LENGTH, true, findings);
  const country = readCountryCode(address.country, `${path}.country`, true, findings);
  noteUnrecognized(address, ADDRESS_FIELDS, path, findings);
  if (addressLine1 === undefined || addressLine2 === undefined || country === undefined) return undefined;
  return { addressLine1, addressLine2, country };
}
