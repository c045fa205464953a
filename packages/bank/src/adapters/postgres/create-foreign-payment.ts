import type { CreationOutcome, ForeignPaymentToCreate } from '../../ports/payment-store.ts';
import { commonValues, creation, digestOf, newBundle, whyNotCreated } from './create-payment.ts';
import type { Database } from './database.ts';
import { type TokenRow, tokenRecord } from './payment-rows.ts';

/** The statement of SEPA payments with the quote beside it. A token of the customer never creates one (contract §9). */
const CREATE_FOREIGN = {
  name: 'create-foreign-payment',
  text: creation(newBundle('ForeignPayment'), {
    type: 'ForeignPayment',
    columns: ', units_per_euro',
    values: ', $22',
  }),
};

/** Port `PaymentStore.createForeignPayment`. */
export async function createForeignPayment(
  database: Database,
  payment: ForeignPaymentToCreate,
): Promise<CreationOutcome> {
  const [row] = await database.query<TokenRow & { admitted: boolean; created: boolean }>(
    CREATE_FOREIGN,
    creationValues(payment),
  );
  const token = row === undefined ? undefined : tokenRecord(row);
  if (row === undefined || token === undefined || !row.admitted) {
    return { kind: 'token-refused', token, payerOwned: false };
  }
  return row.created ? { kind: 'created', token } : whyNotCreated(database, payment, token);
}

/** Its payee's IBAN is kept for bookings: where that account is in this bank, the money arrives on it. */
function creationValues(payment: ForeignPaymentToCreate): unknown[] {
  const { request, quote, newAuthorizationId } = payment;
  const { id, schemeName } = request.payee.bankAccount;
  const columns = { request, amountCents: quote.debitCents, payeeIban: schemeName === 'IBAN' ? id : null };
  const common = commonValues(payment, newAuthorizationId, columns, digestOf(payment, newAuthorizationId));
  return [...common, quote.unitsPerEuro];
}
