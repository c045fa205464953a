import {
  type DetailsOfCharges,
  type ForeignPaymentOrder,
  formatCurrencyAmount,
  type ParsedForeignPayment,
} from '@lupa/protocol';
import type { EuroQuote } from './euro-quote.ts';

/** What the customer sees of a foreign payment beside what every payment shows. */
export interface ShownForeignPayment {
  /** What the payee is sent, in `currency`, with all its decimals: `"1000.50"`. */
  readonly amount: string;
  readonly currency: string;
  /** Units of the currency for one euro. */
  readonly unitsPerEuro: string;
  readonly rateReference: string | undefined;
  readonly charges: DetailsOfCharges;
  readonly order: ForeignPaymentOrder;
  readonly accountScheme: 'IBAN' | 'BBAN';
  readonly accountIssuer: string | undefined;
  /** The payee's bank: its BIC or clearing id, its name, its address; whatever the payment says of it. */
  readonly bank: readonly string[];
  /** The payee's address, its lines and its country. */
  readonly payeeAddress: readonly string[];
}

/** A foreign payment as it is shown, with what it was last quoted at. */
export function showForeignPart(request: ParsedForeignPayment, { unitsPerEuro }: EuroQuote): ShownForeignPayment {
  const { bankAccount, financialInstitution, foreignAddress } = request.payee;
  const { bic, clearingSystemId, name, foreignBankAddress: address } = financialInstitution;
  return {
    amount: formatCurrencyAmount(request.amountMinorUnits, request.currency),
    currency: request.currency,
    unitsPerEuro,
    rateReference: request.exchangeRateReference,
    charges: request.detailsOfCharges,
    order: request.paymentOrder,
    accountScheme: bankAccount.schemeName,
    accountIssuer: bankAccount.issuer,
    bank: [bic, clearingSystemId, name, address?.address, address?.city, address?.country].filter(
      (line) => line !== undefined,
    ),
    payeeAddress: [foreignAddress.addressLine1, foreignAddress.addressLine2, foreignAddress.country],
  };
}

/** Its fields, each in its place, for the digest of what was shown. */
export function foreignPartInOrder(shown: ShownForeignPayment): readonly unknown[] {
  return [
    shown.amount,
    shown.currency,
    shown.unitsPerEuro,
    shown.rateReference ?? null,
    shown.charges,
    shown.order,
    shown.accountScheme,
    shown.accountIssuer ?? null,
    shown.bank,
    shown.payeeAddress,
  ];
}
