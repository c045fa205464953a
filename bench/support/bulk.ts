import { createHash, randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import type { BenchTpp } from './bench-tpp.ts';
import { REDIRECT_URI } from './calls.ts';

/** A payment that a customer has approved, with everything a TPP may go on with. */
export interface ApprovedPayment {
  readonly paymentId: string;
  readonly authorizationId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly code: string;
}

/** Customers whose accounts are debited in turns: submissions of one account would wait for one another's commit. */
const CUSTOMERS = 1_000;

/** Far below what any run debits; an account without entries has no balance to take it from. */
const LIMIT_CENTS = -1_000_000_000_000;

const AMOUNT_CENTS = 1250;

const PAYEE_IBAN = 'FI4950009420028730';

/** Writes in bulk, by SQL and off the clock, what no call of a TPP alone can bring about: the customer's part. */
export class Bulk {
  readonly #client: pg.Client;
  readonly #tpp: BenchTpp;

  private constructor(client: pg.Client, tpp: BenchTpp) {
    this.#client = client;
    this.#tpp = tpp;
  }

  /** On a database whose bank has started; its customers and accounts are added unless they are there. */
  static async open(databaseUrl: string, tpp: BenchTpp): Promise<Bulk> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const bulk = new Bulk(client, tpp);
    await bulk.#addCustomers();
    return bulk;
  }

  /** Payments approved a moment ago, each alone in its authorization. */
  async approvedPayments(count: number): Promise<ApprovedPayment[]> {
    const payments = Array.from({ length: count }, () => ({
      ...{ paymentId: randomId(), authorizationId: randomId() },
      ...{ accessToken: randomToken(), refreshToken: randomToken(), code: randomToken() },
    }));
    await this.#insertApproved(payments);
    await this.#insertTokens(payments);
    await this.#insertGrants(payments);
    return payments;
  }

  /** Approves what was created by a call, and gives a code for each. */
  async approve(payments: readonly { paymentId: string; authorizationId: string }[]): Promise<ApprovedPayment[]> {
    const ids = payments.map(({ authorizationId }) => authorizationId);
    await this.#client.query(
      `UPDATE authorizations SET status = 'Authorized', authorized = now(), modified = now(),
         customer_id = ${customerAt('place.at')}
       FROM unnest($1::uuid[]) WITH ORDINALITY AS place (id, at) WHERE authorization_id = place.id`,
      [ids],
    );
    await this.#client.query(
      `UPDATE payments SET status = 'Authorized', modified = now(),
         debit_account_id = ${accountAt('place.at')}, debit_iban = ${ibanAt('place.at')}
       FROM unnest($1::uuid[]) WITH ORDINALITY AS place (id, at) WHERE authorization_id = place.id`,
      [ids],
    );
    const approved = payments.map((payment) => ({
      ...payment,
      ...{ accessToken: randomToken(), refreshToken: randomToken(), code: randomToken() },
    }));
    await this.#insertGrants(approved);
    return approved;
  }

  /** Payments that nobody has touched since they were created, with all that creating them writes. */
  async createdPayments(count: number): Promise<void> {
    const { clientId } = this.#tpp;
    // Their keys were checked where they were made; checking a million times that they are is not what is measured.
    await this.#client.query("SET session_replication_role = 'replica'");
    await this.#client.query(
      `CREATE TEMPORARY TABLE made AS SELECT n, uuidv7(- (n || ' milliseconds')::interval) AS payment_id,
         uuidv7(- (n || ' milliseconds')::interval) AS authorization_id, sha256(n::text::bytea) AS hash, now() AS at FROM generate_series(1, ${count}) AS n`,
    );
    await this.#client.query(
      `INSERT INTO authorizations (authorization_id, client_id, payment_type, status, payment_count, audit_sequence, audit_hash, created, modified)
       SELECT authorization_id, '${clientId}', 'SepaPayment', 'Unauthorized', 1, 1, hash, at, at FROM made`,
    );
    await this.#client.query(
      `INSERT INTO payments (payment_id, authorization_id, payment_type, status, request, amount_cents, payee_iban, count, payment_order, context, created, modified)
       SELECT payment_id, authorization_id, 'SepaPayment', 'Unauthorized', '${JSON.stringify(REQUEST)}', ${AMOUNT_CENTS}, '${PAYEE_IBAN}', 1, 'SEPA', '{}', at, at FROM made`,
    );
    await this.#client.query(
      `INSERT INTO audit_events (chain_id, sequence, hash, event_id, at, event, authorization_id, client_id, request_id, details)
       SELECT authorization_id, 1, hash, uuidv7(- (n || ' milliseconds')::interval), at, 'payment created', authorization_id, '${clientId}', payment_id::text, '{"headers": {}}' FROM made`,
    );
    await this.#client.query(
      `INSERT INTO idempotency_keys (client_id, customer_scope, idempotency_key, request_digest, payment_id, created)
       SELECT '${clientId}', '', gen_random_uuid()::text, hash, payment_id, at FROM made`,
    );
    await this.#client.query('DROP TABLE made');
    await this.#client.query("SET session_replication_role = 'origin'");
  }

  /** Has PostgreSQL look at what its tables hold, as autovacuum does in time. */
  async analyse(): Promise<void> {
    await this.#client.query('ANALYZE');
  }

  /** Ids of stored payments, spread over all of them. */
  async somePayments(count: number): Promise<string[]> {
    const { rows } = await this.#client.query<{ id: string }>(
      'SELECT payment_id AS id FROM payments ORDER BY random() LIMIT $1',
      [count],
    );
    return rows.map(({ id }) => id);
  }

  /** What submissions changed beside adding rows. */
  async states(): Promise<Readonly<Record<string, number>>> {
    const { rows } = await this.#client.query<{ what: string; count: string }>(
      `SELECT 'payments ' || status AS what, count(*) FROM payments GROUP BY status
       UNION ALL SELECT 'authorizations ' || status, count(*) FROM authorizations GROUP BY status
       UNION ALL SELECT 'cents reserved', COALESCE(sum(reserved_cents), 0) FROM accounts
       UNION ALL SELECT 'submissions made', COALESCE(sum(submissions_made), 0) FROM payments ORDER BY 1`,
    );
    return Object.fromEntries(rows.map(({ what, count }) => [what, Number(count)]));
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #addCustomers(): Promise<void> {
    await this.#client.query(
      `INSERT INTO customers (customer_id, username, name, password_hash)
       SELECT ${customerAt('n')}, 'bench-' || n, 'Bench Customer', 'scrypt$none' FROM generate_series(0, ${CUSTOMERS - 1}) AS n
       ON CONFLICT DO NOTHING`,
    );
    await this.#client.query(
      `INSERT INTO accounts (account_id, purpose, customer_id, iban, name, limit_cents, created)
       SELECT ${accountAt('n')}, 'customer', ${customerAt('n')}, ${ibanAt('n')}, 'Bench', ${LIMIT_CENTS}, now()
       FROM generate_series(0, ${CUSTOMERS - 1}) AS n ON CONFLICT DO NOTHING`,
    );
  }

  async #insertApproved(payments: readonly ApprovedPayment[]): Promise<void> {
    const [ids, authorizations] = [
      payments.map(({ paymentId }) => paymentId),
      payments.map((payment) => payment.authorizationId),
    ];
    await this.#client.query(
      `INSERT INTO authorizations (authorization_id, client_id, payment_type, status, customer_id, payment_count, created, modified, authorized)
       SELECT id, $2, 'SepaPayment', 'Authorized', ${customerAt('at')}, 1, now(), now(), now()
       FROM unnest($1::uuid[]) WITH ORDINALITY AS place (id, at)`,
      [authorizations, this.#tpp.clientId],
    );
    await this.#client.query(
      `INSERT INTO payments (payment_id, authorization_id, payment_type, status, request, amount_cents, payee_iban, count, payment_order, context, debit_account_id, debit_iban, created, modified)
       SELECT id, authorization_id, 'SepaPayment', 'Authorized', $3, ${AMOUNT_CENTS}, '${PAYEE_IBAN}', 1, 'SEPA', '{}', ${accountAt('at')}, ${ibanAt('at')}, now(), now()
       FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS place (id, authorization_id, at)`,
      [ids, authorizations, JSON.stringify(REQUEST)],
    );
  }

  /** The customers' access tokens, as the token endpoint leaves them. */
  async #insertTokens(payments: readonly ApprovedPayment[]): Promise<void> {
    const { clientId, certificateThumbprint } = this.#tpp;
    await this.#client.query(
      `INSERT INTO access_tokens (token_digest, client_id, certificate_thumbprint, kind, scope, grant_id, authorization_id, customer_id, expires_at, payload)
       SELECT digest, $3, $4, 'user', 'openid payments', 'grant-' || authorization_id, authorization_id, ${customerAt('at')}, now() + interval '1 day', '{}'
       FROM unnest($1::bytea[], $2::uuid[]) WITH ORDINALITY AS place (digest, authorization_id, at)`,
      [
        payments.map(({ accessToken }) => digestOf(accessToken)),
        payments.map(({ authorizationId }) => authorizationId),
        clientId,
        certificateThumbprint,
      ],
    );
  }

  /** Their grants, with a refresh token and a code each, in the form in which the authorization server keeps them. */
  async #insertGrants(payments: readonly ApprovedPayment[]): Promise<void> {
    const rows: [model: string, digest: Buffer, grantId: string | null, payload: string][] = [];
    const iat = Math.floor(Date.now() / 1000);
    const { clientId } = this.#tpp;
    for (const { authorizationId, refreshToken, code } of payments) {
      const grantId = `grant-${authorizationId}`;
      const approval = { acr: 'urn:openbanking:psd2:sca', authTime: iat, accountId: authorizationId };
      const common = { iat, clientId, grantId, scope: 'openid payments', nonce: randomId(), sessionUid: randomToken() };
      const [one, two] = [
        { ...common, ...approval, kind: 'RefreshToken', gty: 'authorization_code', iiat: iat, rotations: 0 },
        { ...common, ...approval, kind: 'AuthorizationCode', redirectUri: REDIRECT_URI },
      ];
      const openid = { scope: 'openid payments' };
      const grant = { iat, clientId, openid, kind: 'Grant', accountId: authorizationId, authorizationId };
      rows.push(
        ['Grant', digestOf(grantId), null, JSON.stringify({ ...grant, customerId: CUSTOMER_OF_GRANTS })],
        ['RefreshToken', digestOf(refreshToken), grantId, JSON.stringify(one)],
        ['AuthorizationCode', digestOf(code), grantId, JSON.stringify(two)],
      );
    }
    await this.#client.query(
      `INSERT INTO token_artifacts (model, id_digest, grant_id, payload, expires_at)
       SELECT model, digest, grant_id, payload::jsonb, now() + interval '40 days'
       FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[]) AS row (model, digest, grant_id, payload)`,
      [rows.map(([model]) => model), rows.map(([, d]) => d), rows.map(([, , g]) => g), rows.map(([, , , p]) => p)],
    );
  }
}

const REQUEST = {
  amountCents: AMOUNT_CENTS,
  payee: { iban: PAYEE_IBAN, name: 'Test Person' },
  payer: { iban: 'FI9259995020084225' },
  message: 'Order 01a202f8-0d75-70c1-af27-86a0495e2356',
  count: 1,
  paymentOrder: 'SEPA',
};

/** Ids of customer and account by number, as SQL expressions; numbers go round. */
const number = (sql: string) => `lpad(((${sql}) % ${CUSTOMERS})::text, 12, '0')`;
const customerAt = (sql: string) => `('c0570000-0000-7000-8000-' || ${number(sql)})::uuid`;
const accountAt = (sql: string) => `('acc00000-0000-7000-8000-' || ${number(sql)})::uuid`;
const ibanAt = (sql: string) => `('FI9999' || ${number(sql)})`;
const CUSTOMER_OF_GRANTS = 'c0570000-0000-7000-8000-000000000000';

/** The bank's ids grow with time; so do these. */
function randomId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
