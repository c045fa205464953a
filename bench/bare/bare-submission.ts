import { type Bare, type BareAnswer, type BareRequest, nothing, uuidV7 } from './bare.ts';
import { signedAnswer } from './bare-signature.ts';

/**
 * The bank's writes for a first submission, in one statement: what is written is found by its keys, and no condition is asked.
 * The account's limit is the schema's own. No hash is computed; 32 bytes stand in for it.
 */
const SUBMIT = {
  name: 'bare-submit-payment',
  text: `
    WITH payment AS (
      SELECT p.payment_id, p.authorization_id, p.debit_account_id, p.amount_cents, a.customer_id, a.audit_sequence + 1 AS sequence, a.audit_hash
      FROM payments p JOIN authorizations a ON a.authorization_id = p.authorization_id WHERE p.payment_id = $1
    ), reserved AS (
      UPDATE accounts SET reserved_cents = reserved_cents + payment.amount_cents FROM payment WHERE account_id = payment.debit_account_id
    ), accepted AS (
      INSERT INTO submissions (payment_id, submission_id, status, created, modified) VALUES ($1, $2, 'Accepted', $3, $3)
    ), queued AS (
      INSERT INTO booking_queue (payment_id, submission_id, due) VALUES ($1, $2, $3)
    ), completed AS (
      UPDATE payments SET status = 'Completed', submissions_made = 1, modified = $3 WHERE payment_id = $1
    ), consumed AS (
      UPDATE authorizations SET status = 'Completed', modified = $3, audit_sequence = payment.sequence, audit_hash = $4
      FROM payment WHERE authorizations.authorization_id = payment.authorization_id
    ), audited AS (
      INSERT INTO audit_events (chain_id, sequence, previous_hash, hash, event_id, at, event, authorization_id, client_id, customer_id, request_id, details)
      SELECT authorization_id, sequence, audit_hash, $4, $5, $3, 'payment submitted', authorization_id, $6, customer_id, $7, $8 FROM payment
    ), unsealed AS (
      INSERT INTO audit_unsealed (chain_id, sequence) SELECT authorization_id, sequence FROM payment
    )
    SELECT payment_id FROM payment`,
};

const STAND_IN_FOR_HASH = Buffer.alloc(32, 0x5a);

/** `PUT /sepa-payments/{paymentId}/submissions/{submissionId}`: one statement, the signature of the answer. */
export async function bareSubmission(
  bare: Bare,
  request: BareRequest,
  paymentId: string,
  submissionId: string,
): Promise<BareAnswer> {
  const now = new Date();
  const [at, requestId] = [now.toISOString(), uuidV7(now)];
  const details = JSON.stringify({ paymentId, submissionId, status: 'Accepted', amountCents: 1250 });
  const stored = bare.run(SUBMIT, [
    ...[paymentId, submissionId, at, STAND_IN_FOR_HASH],
    ...[uuidV7(now), bare.tpp.clientId, requestId, details],
  ]);
  // Signed while the database commits.
  const body = { submissionId, created: at, modified: at, status: 'Accepted' };
  const answer = signedAnswer(bare.responseKey, request, { status: 200, body, requestId });
  return (await stored).length === 1 ? answer : nothing(404);
}
