import type { Iban } from './iban.ts';
import type { AuthorizationId } from './ids.ts';
import type { Cents } from './money.ts';
import type { PaymentStatus } from './statuses.ts';
import type { Submission } from './submission.ts';

/** How fast a SEPA payment travels; `SEPA` where the request says nothing (contract §5). */
export const SEPA_PAYMENT_ORDERS = ['SEPA', 'SEPA_INST'] as const;

/** `SEPA` is a credit transfer, `SEPA_INST` an instant one. */
export type SepaPaymentOrder = (typeof SEPA_PAYMENT_ORDERS)[number];

/** Who is paid. */
export interface SepaPayee {
  readonly iban: string;
  /** 1–70 characters. */
  readonly name: string;
  /** 1–4 lines of 1–35 characters; required when the IBAN is not Finnish. */
  readonly address?: readonly string[];
  /** ISO 3166-1 alpha-2; required when the IBAN is not Finnish. */
  readonly country?: string;
}

/** The body of `POST /sepa-payments` (contract §5, SepaPaymentRequest). */
export interface SepaPaymentRequest {
  /** Euros as text, no decimals or exactly two: `"4.00"`. */
  readonly amountEUR: string;
  readonly payee: SepaPayee;
  /** A Finnish IBAN of this bank. Absent: the customer chooses the account while approving. */
  readonly payer?: { readonly iban: string };
  /** 1–140 characters. Either this or `reference`. */
  readonly message?: string;
  /** A Finnish reference number or an RF creditor reference. Either this or `message`. */
  readonly reference?: string;
  /** How often it may be submitted: 1 (default) to 1000. */
  readonly count?: number;
  /** Joins an existing bundle. */
  readonly authorizationId?: string;
  readonly paymentOrder?: SepaPaymentOrder;
  /** 1–70 characters. */
  readonly ultimatePayee?: string;
  /** 1–70 characters. */
  readonly originalPayer?: string;
}

/** A payment as the bank answers it (contract §5, SepaPayment). */
export interface SepaPayment extends SepaPaymentRequest {
  readonly paymentId: string;
  readonly authorizationId: string;
  readonly status: PaymentStatus;
  readonly paymentType: 'SepaPayment';
  readonly detailsOfCharges: 'SHA';
  readonly count: number;
  readonly paymentOrder: SepaPaymentOrder;
  /** ISO 8601 with milliseconds and the Europe/Helsinki offset. */
  readonly created: string;
  readonly modified: string;
  /** Only with `?include=submissions`. */
  readonly submissions?: readonly Submission[];
}

/** A payee that has passed every rule. */
export interface ParsedSepaPayee extends SepaPayee {
  readonly iban: Iban;
}

/** A SepaPaymentRequest that has passed every rule of contract §5, defaults filled in, money in cents. */
export interface ParsedSepaPayment {
  readonly amountCents: Cents;
  readonly payee: ParsedSepaPayee;
  readonly payer?: { readonly iban: Iban };
  readonly message?: string;
  readonly reference?: string;
  readonly count: number;
  readonly authorizationId?: AuthorizationId;
  readonly paymentOrder: SepaPaymentOrder;
  readonly ultimatePayee?: string;
  readonly originalPayer?: string;
}
