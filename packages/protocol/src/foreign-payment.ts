import type { MinorUnits } from './currency-amount.ts';
import type { Iban } from './iban.ts';
import type { PaymentStatus } from './statuses.ts';
import type { Submission } from './submission.ts';

/** Who bears the charges (contract §5): each side those of its own bank, or the payer all of them. */
export const CHARGES = ['SHA', 'OUR'] as const;
export type DetailsOfCharges = (typeof CHARGES)[number];

/** How fast a foreign payment travels; `NORM` where the request says nothing (contract §5). */
export const FOREIGN_PAYMENT_ORDERS = ['NORM', 'HIGH'] as const;
export type ForeignPaymentOrder = (typeof FOREIGN_PAYMENT_ORDERS)[number];

/** How an account is numbered. */
export const ACCOUNT_SCHEMES = ['IBAN', 'BBAN'] as const;
export type AccountScheme = (typeof ACCOUNT_SCHEMES)[number];

/** The payee's account. */
export interface ForeignBankAccount {
  /** An IBAN, or a BBAN of at most 35 digits. */
  readonly id: string;
  readonly schemeName: AccountScheme;
  /** 1–35 characters. */
  readonly issuer?: string;
}

/** Where a bank is. All three are required where they stand for `bic` and `clearingSystemId`. */
export interface ForeignBankAddress {
  /** 1–35 characters. */
  readonly address?: string;
  /** 1–35 characters. */
  readonly city?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
}

/** The payee's bank: by its BIC, by its clearing id, or by its address. */
export interface FinancialInstitution {
  /** ISO 9362; not together with `clearingSystemId`. */
  readonly bic?: string;
  /** The bank's id in its country's clearing system, such as `USABA021000021`; not together with `bic`. */
  readonly clearingSystemId?: string;
  /** 1–70 characters. */
  readonly name?: string;
  /** Required without `bic` and `clearingSystemId`. */
  readonly foreignBankAddress?: ForeignBankAddress;
}

/** The payee's own address. */
export interface ForeignAddress {
  /** 1–35 characters. */
  readonly addressLine1: string;
  /** 1–35 characters. */
  readonly addressLine2: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Who is paid. */
export interface ForeignPayee {
  /** 1–70 characters. */
  readonly name: string;
  readonly bankAccount: ForeignBankAccount;
  readonly financialInstitution: FinancialInstitution;
  readonly foreignAddress: ForeignAddress;
}

/** The body of `POST /foreign-payments` (contract §5, ForeignPaymentRequest). */
export interface ForeignPaymentRequest {
  /** No decimals, or exactly those of the currency: `"1000.50"` for USD, `"1000"` for JPY. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
  /** 1–140 characters. */
  readonly message: string;
  readonly payee: ForeignPayee;
  /** A Finnish IBAN of this bank. Absent: the customer chooses the account while approving. */
  readonly payer?: { readonly iban: string };
  readonly detailsOfCharges?: DetailsOfCharges;
  readonly paymentOrder?: ForeignPaymentOrder;
  /** The bank's name for a rate it has agreed with the payer: 1–35 characters. */
  readonly exchangeRateReference?: string;
  /** A foreign payment never recurs: 1 or nothing. */
  readonly count?: 1;
}

/** A foreign payment as the bank answers it (contract §5, ForeignPayment). */
export interface ForeignPayment extends ForeignPaymentRequest {
  readonly paymentId: string;
  readonly authorizationId: string;
  readonly status: PaymentStatus;
  readonly paymentType: 'ForeignPayment';
  readonly detailsOfCharges: DetailsOfCharges;
  readonly paymentOrder: ForeignPaymentOrder;
  readonly count: 1;
  /** ISO 8601 with milliseconds and the Europe/Helsinki offset. */
  readonly created: string;
  readonly modified: string;
  /** Only with `?include=submissions`. */
  readonly submissions?: readonly Submission[];
}

/** A payee that has passed every rule. */
export interface ParsedForeignPayee extends ForeignPayee {
  readonly bankAccount: ForeignBankAccount &
    ({ readonly schemeName: 'IBAN'; readonly id: Iban } | { readonly schemeName: 'BBAN' });
}

/** A ForeignPaymentRequest that has passed every rule of contract §5, defaults filled in, money in its smallest unit. */
export interface ParsedForeignPayment {
  readonly amountMinorUnits: MinorUnits;
  readonly currency: string;
  readonly message: string;
  readonly payee: ParsedForeignPayee;
  readonly payer?: { readonly iban: Iban };
  readonly detailsOfCharges: DetailsOfCharges;
  readonly paymentOrder: ForeignPaymentOrder;
  readonly exchangeRateReference?: string;
  readonly count: 1;
}
