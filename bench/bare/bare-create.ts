import { createHash } from 'node:crypto';
import { CREATE_PATH } from '../support/signed-payment.ts';
import { type Bare, type BareAnswer, type BareRequest, nothing, uuidV7 } from './bare.ts';
import { isSignedBy, signedAnswer } from './bare-signature.ts';

/**
 * The bank's inserts for one new payment, in one statement without a look-up, a condition or a hash of its own (the request's
 * digest stands in for that of the audit event). The bench checks that both
 * servers add the same number of rows to every table, so this cannot fall behind the bank's schema unnoticed.
 */
export const INSERT_PAYMENT = {
  name: 'bare-create-payment',
  text: `
    WITH new_authorization AS (
      INSERT INTO authorizations (authorization_id, client_id, payment_type, status, payment_count, audit_sequence, audit_hash, created, modified)
      VALUES ($1, $2, 'SepaPayment', 'Unauthorized', 1, 1, $12, $3, $3)
    ), new_payment AS (
      INSERT INTO payments (payment_id, authorization_id, payment_type, status, request, amount_cents, payee_iban, count, payment_order, context, created, modified)
      VALUES ($4, $1, 'SepaPayment', 'Unauthorized', $5, $6, $7, 1, 'SEPA', '{}', $3, $3)
    ), new_audit_event AS (
      INSERT INTO audit_events (chain_id, sequence, hash, event_id, at, event, authorization_id, client_id, request_id, details)
      VALUES ($1, 1, $12, $8, $3, 'payment created', $1, $2, $9, $10)
    ), new_unsealed_event AS (
      INSERT INTO audit_unsealed (chain_id, sequence) VALUES ($1, 1)
    )
    INSERT INTO idempotency_keys (client_id, customer_scope, idempotency_key, request_digest, payment_id, created)
    VALUES ($2, '', $11, $12, $4, $3)`,
};

/** `POST /sepa-payments`: the check of the client's signature, one statement, the signature of the answer. */
export async function bareCreate(bare: Bare, request: BareRequest): Promise<BareAnswer> {
  const { headers, method, url, body } = request;
  const [signature, idempotencyKey] = [headers['x-jws-signature'], headers['x-idempotency-key']];
  if (typeof signature !== 'string' || typeof idempotencyKey !== 'string') return nothing(400);
  if (!isSignedBy(bare.clientKeys, signature, body)) return nothing(400);
  const { amountEUR, ...asked } = JSON.parse(body.toString());
  const now = new Date();
  const [paymentId, authorizationId, requestId] = [uuidV7(now), uuidV7(now), uuidV7(now)];
  const at = now.toISOString();
  const amountCents = Math.round(Number(amountEUR) * 100);
  const stored = bare.run(INSERT_PAYMENT, [
    ...[authorizationId, bare.tpp.clientId, at, paymentId],
    ...[JSON.stringify({ amountCents, ...asked, count: 1, paymentOrder: 'SEPA' }), amountCents, asked.payee.iban],
    ...[uuidV7(now), requestId, JSON.stringify({ paymentId, amountCents, headers: {} }), idempotencyKey],
    createHash('sha256').update(`${method} ${url}\n`).update(body).digest(),
  ]);
  const defaults = { status: 'Unauthorized', detailsOfCharges: 'SHA', paymentOrder: 'SEPA', count: 1 };
  const payment = { paymentId, authorizationId, ...defaults, created: at, modified: at, paymentType: 'SepaPayment' };
  // Signed while the database commits.
  const answer = signedAnswer(bare.responseKey, request, {
    status: 201,
    body: { ...payment, ...asked, amountEUR },
    requestId,
    location: `${CREATE_PATH}/${paymentId}`,
  });
  await stored;
  return answer;
}
