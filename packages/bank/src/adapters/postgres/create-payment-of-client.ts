import { auditHash, entryDigest } from '../../domain/audit-chain.ts';
import type { PaymentToCreate } from '../../ports/payment-store.ts';
import { auditEntry } from './audit-trail.ts';
import type { Statement } from './database.ts';

/**
 * What most payments are: created with a token of the client's own, in a bundle of their own. The same rows as `creation` writes,
 * for a third of what its steps cost the database beyond the rows: nothing of the token's goes into them, so the link of the
 * audit trail is known before, and every part hangs on the claimed key alone. It tells one row when it created, and nothing else:
 * with any other token, and where the key was used before, it does nothing.
 */
export const CREATE_OF_CLIENT: Statement = {
  name: 'create-payment',
  text: `WITH claimed AS (
      INSERT INTO idempotency_keys (client_id, customer_scope, idempotency_key, request_digest, payment_id, created)
      SELECT $2, '', $7, $8, $5, $4 FROM access_tokens
      WHERE token_digest = $1 AND kind = 'client' AND client_id = $2 AND certificate_thumbprint = $3 AND expires_at > $4
        AND unconfirmed_refresh IS NULL
      ON CONFLICT (client_id, customer_scope, idempotency_key) DO NOTHING
      RETURNING payment_id
    ), bundled AS (
      INSERT INTO authorizations (authorization_id, client_id, payment_type, status, payment_count, audit_sequence, audit_hash, created, modified)
      SELECT $6, $2, 'SepaPayment', 'Unauthorized', 1, 1, $18, $4, $4 FROM claimed
    ), created AS (
      INSERT INTO payments (payment_id, authorization_id, payment_type, status, request, amount_cents, payee_iban, count, payment_order, context, created, modified)
      SELECT payment_id, $6, 'SepaPayment', 'Unauthorized', $9, $10, $11, $12, $13, $14, $4, $4 FROM claimed
    ), audited AS (
      INSERT INTO audit_events (chain_id, sequence, hash, event_id, at, event, authorization_id, client_id, request_id, details)
      SELECT $6, 1, $18, $15, $16, $17, $6, $19, $20, $21 FROM claimed
    )
    INSERT INTO audit_unsealed (chain_id, sequence) SELECT $6, 1 FROM claimed RETURNING sequence`,
};

/** The first link of the chain that the new bundle begins, where no customer has a part in it: $18. */
export function firstLink({ audit, newAuthorizationId: chainId }: PaymentToCreate): Buffer {
  const digest = entryDigest({ ...auditEntry(audit), authorizationId: chainId });
  return Buffer.from(auditHash({ chainId, sequence: 1, previousHash: undefined }, undefined, digest), 'hex');
}
