import { LupaError } from '@lupa/protocol';
import { type CreationOutcome, MAX_PAYMENTS_IN_BUNDLE, type PaymentToCreate } from '../../ports/payment-store.ts';
import type { TokenRecord } from '../../ports/records.ts';
import type { Database } from './database.ts';
import {
  AUTHORIZATION_COLUMNS,
  type AuthorizationRow,
  authorizationRecord,
  PAYMENT_COLUMNS,
  type PaymentRow,
  paymentRecord,
  TOKEN_COLUMNS,
  type TokenRow,
  tokenRecord,
} from './payment-rows.ts';

/**
 * All or nothing in one statement. Parts of a statement that write are all carried out, whatever the others find, so each
 * hangs on the one before it: the token admits, the bundle is locked and found fit, then the idempotency key is claimed,
 * and only who claims it writes. The bundle's lock is taken before the key, and held until its count has moved.
 *
 * @param bundle how the bundle ($6) is found fit, and how it is written once the key is claimed
 */
const creation = (bundle: { fit?: string; found?: string; written: string }) => `WITH token AS (
      SELECT ${TOKEN_COLUMNS} FROM access_tokens WHERE token_digest = $1
    ), admitted AS (
      SELECT kind, customer_id FROM token
      WHERE client_id = $2 AND certificate_thumbprint = $3 AND expires_at > $4 AND kind IN ('client', 'customer')
    ), ${bundle.fit ?? ''} claimed AS (
      INSERT INTO idempotency_keys (client_id, customer_scope, idempotency_key, request_digest, payment_id, created)
      SELECT $2, COALESCE(customer_id::text, ''), $7, $8, $5, $4 FROM admitted ${bundle.found ?? ''}
      ON CONFLICT (client_id, customer_scope, idempotency_key) DO NOTHING
      RETURNING payment_id
    ), bundled AS (
      ${bundle.written}
    ), created AS (
      INSERT INTO payments (payment_id, authorization_id, payment_type, status, request, amount_cents, payee_iban, count, payment_order, context, created, modified)
      SELECT payment_id, $6, 'SepaPayment', 'Unauthorized', $9, $10, $11, $12, $13, $14, $4, $4 FROM claimed
    ), audited AS (
      INSERT INTO audit_events (event_id, at, event, authorization_id, client_id, customer_id, request_id, details)
      SELECT $15, $16, $17, $18, $19, admitted.customer_id, $20, $21 FROM claimed, admitted
    )
    SELECT token.*, EXISTS (SELECT 1 FROM admitted) AS admitted, EXISTS (SELECT 1 FROM claimed) AS created FROM token`;

/** Most payments open a bundle of their own, so that the database is spared the steps of joining one. */
const CREATE_ALONE = {
  name: 'create-payment',
  text: creation({
    written: `INSERT INTO authorizations (authorization_id, client_id, payment_type, status, customer_id, payment_count, created, modified)
      SELECT $6, $2, 'SepaPayment', 'Unauthorized', admitted.customer_id, 1, $4, $4 FROM claimed, admitted`,
  }),
};

const CREATE_IN_BUNDLE = {
  name: 'create-payment-in-bundle',
  text: creation({
    fit: `bundle AS (
      SELECT authorization_id FROM authorizations
      WHERE authorization_id = $6 AND client_id = $2 AND payment_type = 'SepaPayment' AND status = 'Unauthorized'
        AND payment_count < ${MAX_PAYMENTS_IN_BUNDLE} AND EXISTS (SELECT 1 FROM admitted WHERE kind = 'client')
      FOR NO KEY UPDATE
    ),`,
    found: 'WHERE EXISTS (SELECT 1 FROM bundle)',
    written: `UPDATE authorizations SET payment_count = payment_count + 1, modified = $4
      WHERE authorization_id = $6 AND EXISTS (SELECT 1 FROM claimed)`,
  }),
};

const FIND_CLAIM = {
  name: 'find-claim',
  text: `SELECT ${PAYMENT_COLUMNS}, k.request_digest
    FROM idempotency_keys k
    JOIN payments p ON p.payment_id = k.payment_id
    JOIN authorizations a ON a.authorization_id = p.authorization_id
    WHERE k.client_id = $1 AND k.customer_scope = $2 AND k.idempotency_key = $3`,
};

const FIND_BUNDLE = {
  name: 'find-bundle',
  text: `SELECT ${AUTHORIZATION_COLUMNS} FROM authorizations a WHERE a.authorization_id = $1`,
};

/** Port `PaymentStore.createPayment`. */
export async function createPayment(database: Database, payment: PaymentToCreate): Promise<CreationOutcome> {
  const [row] = await database.query<TokenRow & { admitted: boolean; created: boolean }>(
    payment.joins === undefined ? CREATE_ALONE : CREATE_IN_BUNDLE,
    creationValues(payment),
  );
  const token = row === undefined ? undefined : tokenRecord(row);
  if (row === undefined || token === undefined || !row.admitted) return { kind: 'token-refused', token };
  return row.created ? { kind: 'created', token } : whyNotCreated(database, payment, token);
}

/**
 * Somebody else claimed the key, perhaps at the same moment: then his rows are not in what our statement saw, and it takes
 * another one to read them. The key comes before the bundle: a repeated request is answered as it was the first time, even
 * when the bundle has filled up since.
 */
async function whyNotCreated(
  database: Database,
  payment: PaymentToCreate,
  token: TokenRecord,
): Promise<CreationOutcome> {
  const [claim] = await database.query<PaymentRow & { request_digest: Uint8Array }>(FIND_CLAIM, [
    payment.clientId,
    token.customerId ?? '',
    payment.idempotencyKey,
  ]);
  if (claim !== undefined) {
    const sameRequest = Buffer.compare(claim.request_digest, payment.requestDigest) === 0;
    return { kind: 'key-used', token, payment: paymentRecord(claim), sameRequest };
  }
  // The key was used and has been forgotten in between: nothing was done, and the same may be asked again.
  if (payment.joins === undefined) throw new LupaError('UNAVAILABLE');
  const [bundle] = await database.query<AuthorizationRow>(FIND_BUNDLE, [payment.joins]);
  return { kind: 'bundle-refused', token, bundle: bundle && authorizationRecord(bundle) };
}

function creationValues(payment: PaymentToCreate): unknown[] {
  const { request, audit } = payment;
  return [
    payment.tokenDigest,
    payment.clientId,
    payment.certificateThumbprint,
    payment.now,
    payment.paymentId,
    payment.joins ?? payment.newAuthorizationId,
    payment.idempotencyKey,
    payment.requestDigest,
    JSON.stringify(request),
    request.amountCents,
    request.payee.iban,
    request.count,
    request.paymentOrder,
    JSON.stringify(payment.context),
    audit.eventId,
    audit.at,
    audit.event,
    audit.authorizationId ?? null,
    audit.clientId ?? null,
    audit.requestId ?? null,
    JSON.stringify(audit.details),
  ];
}
