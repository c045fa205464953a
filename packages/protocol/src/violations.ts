/** The entries of `violations` in an error body (contract §7). */

/** Every violation type of contract §7; the foreign-payment ones are named here because the vocabulary is one. */
export const VIOLATION_TYPES = [
  'CreditorBicOrAddress',
  'DuplicatePayment',
  'EuEtaValid',
  'EuroCents',
  'FinnishIban',
  'IllegalState',
  'InsufficientFunds',
  'InvalidValue',
  'Max',
  'Min',
  'MessageOrReference',
  'PaymentFail',
  'PaymentOrder',
  'Required',
  'SepaAddress',
  'SepaIban',
  'Size',
  'TypeMismatch',
  'UnrecognizedProperty',
  'ValidBic',
  'CountryCode',
  'ValidDetailOfCharges',
  'FinnishReference',
  'ValidForeignPaymentRecurrence',
  'Iban',
  'ValidPaymentOrder',
] as const;

/** What kind of rule was broken (contract §7). */
export type ViolationType = (typeof VIOLATION_TYPES)[number];

/** One broken rule of a request. */
export interface Violation {
  readonly type: ViolationType;
  /** Where: member names joined by dots, array places in brackets, `''` for the whole: `payee.address[0]`. */
  readonly path: string;
  /** The rule in words, the path included, so that it can be shown alone. */
  readonly message: string;
  /** `Max` and `Min` only: the limit. */
  readonly value?: number;
  /** `Max` and `Min` only: whether the limit itself is still allowed. */
  readonly inclusive?: boolean;
  /** `Size` only: the shortest allowed, in code points or items. */
  readonly min?: number;
  /** `Size` only: the longest allowed, in code points or items. */
  readonly max?: number;
}
