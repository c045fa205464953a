import { type AuthorizationId, type Cents, LupaError } from '@lupa/protocol';
import { entryDigest } from '../../domain/audit-chain.ts';
import {
  type Creation,
  type CreationOutcome,
  MAX_PAYMENTS_IN_BUNDLE,
  type PaymentToCreate,
} from '../../ports/payment-store.ts';
import type { PaymentRecord, TokenRecord } from '../../ports/records.ts';
import { auditEntry, auditHashSql } from './audit-trail.ts';
import { CREATE_OF_CLIENT, firstLink } from './create-payment-of-client.ts';
import type { Database, Statement } from './database.ts';
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

interface PayerCheck {
  /** Whether the payer's account ($22) is that of the token's customer. */
  readonly owned: string;
  /** Whether a token of this kind creates the payment. */
  readonly admitted: string;
}

/** The exemption flow: a token of the customer creates payments from the customer's own account, if they are fit for it ($23). */
const PAYER_NAMED: PayerCheck = {
  owned: `kind = 'customer' AND EXISTS (
        SELECT 1 FROM accounts WHERE accounts.iban = $22 AND accounts.customer_id = access_tokens.customer_id
      )`,
  admitted: "(kind = 'client' OR (payer_owned AND $23::boolean))",
};

/** No look at the accounts, then: no token of a customer creates them. */
const NO_PAYER: PayerCheck = { owned: 'false', admitted: "kind = 'client'" };

/**
 * All or nothing in one statement. Parts of a statement that write are all carried out, whatever the others find, so each
 * hangs on the one before it: the token admits, the bundle is locked and found fit, then the idempotency key is claimed,
 * and only who claims it writes. The bundle's lock is taken before the key, and held until its count has moved.
 *
 * @param bundle how the bundle ($6) is found fit, where its chain of audit events ends, and how it is written once the key is
 * claimed
 * @param payment its type, and what only payments of that type have
 * @param payer whether one is named, who then must be the customer whose token it is
 */
export const creation = (
  bundle: { fit?: string; found?: string; chainEnd: string; written: string },
  payment: { type: PaymentRecord['paymentType']; columns?: string; values?: string },
  payer: PayerCheck = NO_PAYER,
) => `WITH token AS (
      SELECT ${TOKEN_COLUMNS}, grant_id, ${payer.owned} AS payer_owned
      FROM access_tokens WHERE token_digest = $1
    ), admitted AS (
      SELECT kind, customer_id, grant_id FROM token
      WHERE client_id = $2 AND certificate_thumbprint = $3 AND expires_at > $4
        AND ${payer.admitted}
    ), ${bundle.fit ?? ''} claimed AS (
      INSERT INTO idempotency_keys (client_id, customer_scope, idempotency_key, request_digest, payment_id, created)
      SELECT $2, COALESCE(customer_id::text, ''), $7, $8, $5, $4 FROM admitted ${bundle.found ?? ''}
      ON CONFLICT (client_id, customer_scope, idempotency_key) DO NOTHING
      RETURNING payment_id
    ), linked AS (
      SELECT chain_end.*, admitted.customer_id, admitted.grant_id, ${auditHashSql({ chain: '$6', sequence: 'sequence', previous: 'previous_hash', customer: 'admitted.customer_id', digest: '$18' })} AS hash
      FROM claimed, admitted, ${bundle.chainEnd}
    ), bundled AS (
      ${bundle.written}
    ), created AS (
      INSERT INTO payments (payment_id, authorization_id, payment_type, status, request, amount_cents, payee_iban, count, payment_order, context, created, modified${payment.columns ?? ''})
      SELECT $5, $6, '${payment.type}', 'Unauthorized', $9, $10, $11, $12, $13, $14, $4, $4${payment.values ?? ''} FROM linked
    ), audited AS (
      INSERT INTO audit_events (chain_id, sequence, previous_hash, hash, event_id, at, event, authorization_id, client_id, customer_id, request_id, details)
      SELECT $6, sequence, previous_hash, hash, $15, $16, $17, $6, $19, customer_id, $20, $21 FROM linked
    ), unsealed AS (
      INSERT INTO audit_unsealed (chain_id, sequence) SELECT $6, sequence FROM linked
    )
    SELECT token.*, EXISTS (SELECT 1 FROM admitted) AS admitted, EXISTS (SELECT 1 FROM claimed) AS created FROM token`;

/** A bundle of the payment's own, so that the database is spared the steps of joining one. */
export const newBundle = (type: PaymentRecord['paymentType']) => ({
  chainEnd: '(SELECT 1 AS sequence, NULL::bytea AS previous_hash) AS chain_end',
  written: `INSERT INTO authorizations (authorization_id, client_id, payment_type, status, customer_id, source_grant_id, payment_count, audit_sequence, audit_hash, created, modified)
      SELECT $6, $2, '${type}', 'Unauthorized', customer_id, grant_id, 1, sequence, hash, $4, $4 FROM linked`,
});

const JOINED_BUNDLE = {
  fit: `bundle AS (
      SELECT authorization_id, audit_sequence, audit_hash FROM authorizations
      WHERE authorization_id = $6 AND client_id = $2 AND payment_type = 'SepaPayment' AND status = 'Unauthorized'
        AND payment_count < ${MAX_PAYMENTS_IN_BUNDLE} AND source_grant_id IS NULL AND EXISTS (SELECT 1 FROM admitted WHERE kind = 'client')
      FOR NO KEY UPDATE
    ),`,
  found: 'WHERE EXISTS (SELECT 1 FROM bundle)',
  chainEnd: '(SELECT audit_sequence + 1 AS sequence, audit_hash AS previous_hash FROM bundle) AS chain_end',
  written: `UPDATE authorizations SET payment_count = payment_count + 1, audit_sequence = linked.sequence, audit_hash = linked.hash, modified = $4
      FROM linked WHERE authorization_id = $6`,
};

const SEPA = { type: 'SepaPayment' } as const;

const CREATE_ALONE = { name: 'create-payment-alone', text: creation(newBundle('SepaPayment'), SEPA) };
const CREATE_OF_PAYER_ALONE = {
  name: 'create-payment-of-payer-alone',
  text: creation(newBundle('SepaPayment'), SEPA, PAYER_NAMED),
};
const CREATE_IN_BUNDLE = { name: 'create-payment-in-bundle', text: creation(JOINED_BUNDLE, SEPA) };
const CREATE_OF_PAYER_IN_BUNDLE = {
  name: 'create-payment-of-payer-in-bundle',
  text: creation(JOINED_BUNDLE, SEPA, PAYER_NAMED),
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

interface CreationRow extends TokenRow {
  payer_owned: boolean;
  admitted: boolean;
  created: boolean;
}

/** Port `PaymentStore.createPayment`. */
export async function createPayment(database: Database, payment: PaymentToCreate): Promise<CreationOutcome> {
  const { joins, request } = payment;
  if (joins === undefined) {
    const created = await database.query(CREATE_OF_CLIENT, valuesOf(payment, firstLink(payment)));
    if (created.length === 1) return { kind: 'created', token: undefined };
  }
  // It did nothing, and says no more. The next one creates in the exemption flow, or tells why not.
  const values = valuesOf(payment, digestOf(payment, joins ?? payment.newAuthorizationId));
  if (request.payer === undefined) {
    return create(database, payment, joins === undefined ? CREATE_ALONE : CREATE_IN_BUNDLE, values);
  }
  const statement = joins === undefined ? CREATE_OF_PAYER_ALONE : CREATE_OF_PAYER_IN_BUNDLE;
  return create(database, payment, statement, [...values, request.payer.iban, payment.fitForExemption]);
}

async function create(
  database: Database,
  payment: PaymentToCreate,
  statement: Statement,
  values: unknown[],
): Promise<CreationOutcome> {
  const [row] = await database.query<CreationRow>(statement, values);
  const token = row === undefined ? undefined : tokenRecord(row);
  if (row === undefined || token === undefined) return { kind: 'token-refused', token, payerOwned: false };
  if (!row.admitted) return { kind: 'token-refused', token, payerOwned: row.payer_owned };
  return row.created ? { kind: 'created', token } : whyNotCreated(database, payment, token);
}

/**
 * Somebody else claimed the key, perhaps at the same moment: then his rows are not in what our statement saw, and it takes
 * another one to read them. The key comes before the bundle: a repeated request is answered as it was the first time, even
 * when the bundle has filled up since.
 */
export async function whyNotCreated(
  database: Database,
  payment: Creation & { readonly joins?: AuthorizationId | undefined },
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

/** @param hashed as `commonValues` takes it */
function valuesOf(payment: PaymentToCreate, hashed: string | Buffer): unknown[] {
  const { request, joins, newAuthorizationId } = payment;
  const columns = { request, amountCents: request.amountCents, payeeIban: request.payee.iban };
  return commonValues(payment, joins ?? newAuthorizationId, columns, hashed);
}

/** What `creation` hashes into the link of the event ($18). */
export function digestOf({ audit }: Creation, authorizationId: AuthorizationId): string {
  return entryDigest({ ...auditEntry(audit), authorizationId });
}

/**
 * The values $1 to $21.
 *
 * @param hashed what stands for the event in its chain, as the statement wants it: $18
 */
export function commonValues(
  payment: Creation,
  authorizationId: AuthorizationId,
  {
    request,
    amountCents,
    payeeIban,
  }: {
    readonly request: { readonly count: number; readonly paymentOrder: string };
    readonly amountCents: Cents;
    readonly payeeIban: string | null;
  },
  hashed: string | Buffer,
): unknown[] {
  const { audit } = payment;
  return [
    payment.tokenDigest,
    payment.clientId,
    payment.certificateThumbprint,
    payment.now,
    payment.paymentId,
    authorizationId,
    payment.idempotencyKey,
    payment.requestDigest,
    JSON.stringify(request),
    amountCents,
    payeeIban,
    request.count,
    request.paymentOrder,
    JSON.stringify(payment.context),
    audit.eventId,
    audit.at,
    audit.event,
    hashed,
    audit.clientId ?? null,
    audit.requestId ?? null,
    JSON.stringify(audit.details),
  ];
}
