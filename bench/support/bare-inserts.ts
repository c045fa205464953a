import pg from 'pg';

/** One payment as the bare server stores it. */
export interface BarePayment {
  readonly paymentId: string;
  readonly authorizationId: string;
  readonly eventId: string;
  readonly clientId: string;
  readonly requestId: string;
  readonly idempotencyKey: string;
  readonly requestDigest: Buffer;
  readonly amountCents: number;
  readonly request: { readonly payee: { readonly iban: string } };
  readonly now: Date;
}

export interface BareInserts {
  insertPayment(payment: BarePayment): Promise<void>;
}

/** As many as the bank has: few pipelined connections did best. */
const CONNECTIONS = 4;

/**
 * The bank's inserts for one new payment, in one statement without a look-up, a condition or a hash of its own (the request's
 * digest stands in for that of the audit event). The bench checks that both
 * servers add the same number of rows to every table, so this cannot fall behind the bank's schema unnoticed.
 */
const INSERT = {
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

/** Connects, with statements pipelined on every connection as the bank's are. */
export async function openBareInserts(databaseUrl: string): Promise<BareInserts> {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl, pipeline: true });
      await client.connect();
      return client;
    }),
  );
  let turn = 0;
  return {
    async insertPayment(payment) {
      const { amountCents, paymentId, now } = payment;
      const client = clients[turn++ % CONNECTIONS] as pg.Client;
      const details = { paymentId, amountCents, headers: {} };
      const at = now.toISOString();
      await client.query({
        ...INSERT,
        values: [
          ...[payment.authorizationId, payment.clientId, at, paymentId],
          ...[JSON.stringify({ amountCents, ...payment.request, count: 1, paymentOrder: 'SEPA' }), amountCents],
          ...[payment.request.payee.iban, payment.eventId, payment.requestId, JSON.stringify(details)],
          ...[payment.idempotencyKey, payment.requestDigest],
        ],
      });
    },
  };
}
