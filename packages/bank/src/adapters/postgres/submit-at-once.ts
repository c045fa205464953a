import { entryTextAround } from '../../domain/audit-chain.ts';
import type { SubmissionAtOnce } from '../../ports/payment-store.ts';
import { auditHashSql } from './audit-trail.ts';
import type { Database } from './database.ts';
import { StatementError } from './statement-error.ts';

/**
 * What `submitPayment` does with a payment that stands alone in its bundle, may be submitted once and was not yet, in one
 * statement instead of a transaction of four round trips. Every condition stands in it, and each part that writes hangs on
 * the one before it: the token reaches the bundle, the bundle is locked, then the payment, then the amount is reserved. Rows
 * that another transaction changed while we waited for them are looked at anew once they are ours, so that two of these, or one
 * of these and a revocation, cannot both find the payment unsubmitted.
 */
const SUBMIT_AT_ONCE = {
  name: 'submit-at-once',
  text: `WITH token AS (
      SELECT authorization_id FROM access_tokens
      WHERE token_digest = $1 AND client_id = $2 AND certificate_thumbprint = $3 AND expires_at > $4
        AND kind IN ('user', 'customer', 'exemption') AND unconfirmed_refresh IS NULL
    ), bundle AS (
      SELECT a.authorization_id, a.customer_id, a.audit_sequence, a.audit_hash
      FROM token JOIN authorizations a ON a.authorization_id = token.authorization_id
      WHERE a.client_id = $2 AND a.status = 'Authorized' AND a.payment_count = 1
      FOR NO KEY UPDATE OF a
    ), payment AS (
      SELECT p.payment_id, p.amount_cents, p.debit_account_id
      FROM bundle JOIN payments p ON p.authorization_id = bundle.authorization_id
      WHERE p.payment_id = $5 AND p.payment_type = 'SepaPayment' AND p.status = 'Authorized' AND p.count = 1
        AND p.submissions_made = 0
      FOR NO KEY UPDATE OF p
    ), reserved AS (
      UPDATE accounts SET reserved_cents = reserved_cents + payment.amount_cents
      FROM payment
      WHERE account_id = payment.debit_account_id AND purpose = 'customer'
        AND balance_cents - reserved_cents - payment.amount_cents >= limit_cents
      RETURNING payment.payment_id, payment.amount_cents
    ), accepted AS (
      INSERT INTO submissions (payment_id, submission_id, status, created, modified)
      SELECT payment_id, $6, 'Accepted', $4, $4 FROM reserved
    ), queued AS (
      INSERT INTO booking_queue (payment_id, submission_id, due) SELECT payment_id, $6, $4 FROM reserved
    ), completed AS (
      UPDATE payments SET status = 'Completed', submissions_made = 1, modified = $4
      FROM reserved WHERE payments.payment_id = reserved.payment_id
    ), described AS (
      SELECT bundle.*, audit_sequence + 1 AS sequence, amount_cents,
        encode(sha256(convert_to($10::text || '"' || authorization_id::text || '"' || $11::text || amount_cents::text || $12::text, 'UTF8')), 'hex') AS digest
      FROM reserved, bundle
    ), linked AS (
      SELECT authorization_id, customer_id, sequence, audit_hash AS previous_hash, amount_cents,
        ${auditHashSql({ chain: 'authorization_id', sequence: 'sequence', previous: 'audit_hash', customer: 'customer_id', digest: 'digest' })} AS hash
      FROM described
    ), consumed AS (
      UPDATE authorizations
      SET status = 'Completed', modified = $4, audit_sequence = linked.sequence, audit_hash = linked.hash
      FROM linked WHERE authorizations.authorization_id = linked.authorization_id
    ), audited AS (
      INSERT INTO audit_events (chain_id, sequence, previous_hash, hash, event_id, at, event, authorization_id, client_id, customer_id, request_id, details)
      SELECT authorization_id, sequence, previous_hash, hash, $7, $13, $14, authorization_id, $2, customer_id, $8,
        $9::jsonb || jsonb_build_object('amountCents', amount_cents) FROM linked
    ), unsealed AS (
      INSERT INTO audit_unsealed (chain_id, sequence) SELECT authorization_id, sequence FROM linked
    )
    SELECT payment_id FROM reserved`,
};

/** Port `PaymentStore.submitAtOnce`. */
export async function submitAtOnce(database: Database, submission: SubmissionAtOnce): Promise<boolean> {
  const { audit, now } = submission;
  const [before, between, after] = entryTextAround({ ...audit, at: audit.at.toISOString() });
  try {
    const accepted = await database.query(SUBMIT_AT_ONCE, [
      submission.tokenDigest,
      submission.clientId,
      submission.certificateThumbprint,
      now,
      submission.paymentId,
      submission.submissionId,
      audit.eventId,
      audit.requestId ?? null,
      JSON.stringify(audit.details),
      before,
      between,
      after,
      audit.at,
      audit.event,
    ]);
    return accepted.length === 1;
  } catch (error) {
    if (wasPutBefore(error)) return false;
    throw error;
  }
}

/** The same id was put before and debited nothing, which leaves no trace on the payment: the whole statement was undone. */
function wasPutBefore(error: unknown): boolean {
  return error instanceof StatementError && error.constraint === 'submissions_pkey';
}
