import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PostgresAuthorizationRequests } from '../../src/adapters/postgres/authorization-requests.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresRateCounts } from '../../src/adapters/postgres/rate-counts.ts';
import { PostgresReaper } from '../../src/adapters/postgres/reaper.ts';
import { PostgresRegistrations } from '../../src/adapters/postgres/registrations.ts';
import { PostgresScaStore } from '../../src/adapters/postgres/sca-store.ts';
import { PostgresTokenArtifacts } from '../../src/adapters/postgres/token-artifacts.ts';
import { forgetExpired } from '../../src/operations/forget-expired.ts';
import { newClient, newPayment, newToken, uuid } from './fixtures.ts';
import { RECORD_TABLES } from './old-records.ts';
import { postgresForTests } from './test-databases.ts';

/** What keeps each table of the schema from growing for ever. */
type Bound =
  /** Removed by `forgetExpired` so long after `column`; `insert` makes a row whose `column` is $1. */
  | { readonly kind: 'reaped'; readonly afterDays: number; readonly column: string; readonly insert: string }
  /** Emptied by the work it is for. */
  | { readonly kind: 'worked off'; readonly by: string }
  | { readonly kind: 'one row per'; readonly what: string }
  /** Kept for as long as the law says, then removed by `removeRecords` (`record-removals-contract.ts` empties each of them). */
  | { readonly kind: 'kept for its term'; readonly from: string };

const SHA = "sha256(convert_to(gen_random_uuid()::text, 'UTF8'))";
const DAY_MS = 86_400_000;

const BOUNDS: Readonly<Record<string, Bound>> = {
  access_tokens: {
    ...{ kind: 'reaped', afterDays: 0, column: 'expires_at' },
    insert: `INSERT INTO access_tokens (token_digest, client_id, certificate_thumbprint, kind, scope, expires_at, payload)
      SELECT ${SHA}, client_id, certificate_thumbprint, 'client', 'payments', $1, '{}' FROM clients LIMIT 1`,
  },
  token_artifacts: {
    ...{ kind: 'reaped', afterDays: 0, column: 'expires_at' },
    insert: `INSERT INTO token_artifacts (model, id_digest, payload, expires_at) VALUES ('Grant', ${SHA}, '{}', $1)`,
  },
  request_nonces: {
    ...{ kind: 'reaped', afterDays: 0, column: 'forget_after' },
    insert: `INSERT INTO request_nonces (client_id, nonce_digest, forget_after) VALUES ('bounds', ${SHA}, $1)`,
  },
  registration_jtis: {
    ...{ kind: 'reaped', afterDays: 0, column: 'forget_after' },
    insert: `INSERT INTO registration_jtis (organisation_id, jti_digest, forget_after) VALUES ('bounds', ${SHA}, $1)`,
  },
  rate_counts: {
    ...{ kind: 'reaped', afterDays: 1 / 24, column: 'window_start' },
    insert: 'INSERT INTO rate_counts (subject, window_start, taken) VALUES (gen_random_uuid()::text, $1, 1)',
  },
  sca_sessions: {
    ...{ kind: 'reaped', afterDays: 1, column: 'last_seen' },
    insert: `INSERT INTO sca_sessions (session_id, client_id, authorization_id, browser_digest, step, language, failures, outcome, created, last_seen)
      SELECT gen_random_uuid()::text, clients.client_id, authorization_id, ${SHA}, 'ended', 'en', 0, 'cancelled', $1, $1
      FROM clients, authorizations LIMIT 1`,
  },
  factor_attempts: {
    ...{ kind: 'reaped', afterDays: 1, column: 'last_attempt' },
    insert: `INSERT INTO factor_attempts (username_digest, of_customer, attempts, last_attempt)
      VALUES (gen_random_uuid()::text, false, 1, $1)`,
  },
  idempotency_keys: {
    ...{ kind: 'reaped', afterDays: 7, column: 'created' },
    insert: `INSERT INTO idempotency_keys (client_id, customer_scope, idempotency_key, request_digest, payment_id, created)
      SELECT 'bounds', '', gen_random_uuid()::text, ${SHA}, payment_id, $1 FROM payments LIMIT 1`,
  },
  revocation_lists: {
    ...{ kind: 'reaped', afterDays: 30, column: 'fetched' },
    insert: `INSERT INTO revocation_lists (list_id, url, digest, der, this_update, fetched)
      VALUES (gen_random_uuid()::text, '', ${SHA}, '', $1, $1)`,
  },

  booking_queue: { kind: 'worked off', by: 'bookSubmissions' },
  audit_unsealed: { kind: 'worked off', by: 'sealAuditTrail' },

  clients: { kind: 'one row per', what: 'registered client; those that ended stay, for payments name them' },
  registering_organisations: { kind: 'one row per', what: 'organisation that registers clients' },
  customers: { kind: 'one row per', what: 'customer' },
  accounts: { kind: 'one row per', what: 'account' },
  key_lists: { kind: 'one row per', what: 'customer' },
  exemption_counters: { kind: 'one row per', what: 'customer' },
  record_removals: { kind: 'one row per', what: 'removal of what is kept no longer: one a year' },
  audit_released: { kind: 'one row per', what: 'chain that has events and whose first seals were removed' },
  reaper_positions: { kind: 'one row per', what: 'walk of the reaper' },
  schema_migrations: { kind: 'one row per', what: 'migration' },
  sandbox_decisions: { kind: 'one row per', what: 'authorization that a sandbox decided; empty in a bank' },
  audit_events_before_chains: { kind: 'one row per', what: 'event before 0006; nothing is added' },

  authorizations: { kind: 'kept for its term', from: 'the last change, and the last event of its chain' },
  payments: { kind: 'kept for its term', from: 'that of its authorization' },
  submissions: { kind: 'kept for its term', from: 'that of its authorization' },
  bookings: { kind: 'kept for its term', from: 'booked' },
  entries: {
    kind: 'kept for its term',
    from: 'that of its booking; the last one stays as the balance carried forward',
  },
  exemption_grants: { kind: 'kept for its term', from: 'that of its authorization' },
  outgoing_messages: { kind: 'kept for its term', from: 'that of its booking' },
  audit_events: {
    kind: 'kept for its term',
    from: 'sealed; the last one of a chain stays with what the chain is about',
  },
  audit_chains: { kind: 'kept for its term', from: 'sealed; those of customers stay with them' },
  audit_seals: { kind: 'kept for its term', from: 'sealed_at' },
  audit_sealed_heads: { kind: 'kept for its term', from: 'that of its seal' },
};

describe('every table is bounded', () => {
  const { database } = postgresForTests();
  const rows = async (table: string, condition: string, values: unknown[]) => {
    const text = `SELECT count(*) AS rows FROM ${table} WHERE ${condition}`;
    const [row] = await database().query<{ rows: number }>({ name: `test-bound-${table}-${condition}`, text }, values);
    return row?.rows ?? 0;
  };

  test('the list names every table of the schema, and no other', async () => {
    const tables = await database().query<{ table_name: string }>(
      {
        name: 'test-tables',
        text: 'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name',
      },
      [],
    );
    assert.deepEqual(
      tables.map((row) => row.table_name),
      Object.keys(BOUNDS).sort(),
    );
  });

  test('the records that are kept for their term are those whose removal is tested', () => {
    const kept = Object.entries(BOUNDS).filter(([, { kind }]) => kind === 'kept for its term');
    const removed = RECORD_TABLES.filter((table) => table !== 'audit_released');
    assert.deepEqual(kept.map(([table]) => table).sort(), removed.sort());
  });

  for (const [table, bound] of Object.entries(BOUNDS)) {
    if (bound.kind !== 'reaped') continue;
    test(`${table}: reaped ${bound.afterDays} days after ${bound.column}, and not before`, async () => {
      await aPaymentThatIsOver();
      const now = new Date('2031-01-01T00:00:00Z');
      const limit = new Date(now.getTime() - bound.afterDays * DAY_MS);
      const insert = { name: `test-insert-${table}`, text: bound.insert };
      await database().query(insert, [new Date(limit.getTime() - 1)]);
      await database().query(insert, [limit]);
      while (await round(now));
      assert.equal(await rows(table, `${bound.column} < $1`, [limit]), 0);
      assert.equal(await rows(table, `${bound.column} = $1`, [limit]), 1);
    });
  }

  test('a round removes no more than five hundred of a kind, and says that there is more', async () => {
    const { insert } = BOUNDS.rate_counts as Extract<Bound, { kind: 'reaped' }>;
    const at = new Date('2030-01-01T00:00:00Z');
    await Promise.all(
      Array.from({ length: 501 }, () => database().query({ name: 'test-insert-rate_counts', text: insert }, [at])),
    );
    assert.equal(await round(new Date('2031-01-01T00:00:00Z')), true);
    assert.equal(await rows('rate_counts', 'window_start = $1', [at]), 1);
    assert.equal(await round(new Date('2031-01-01T00:00:00Z')), false);
    assert.equal(await rows('rate_counts', 'window_start = $1', [at]), 0);
  });

  test('rounds of several processes at once do what one does', async () => {
    const { insert } = BOUNDS.request_nonces as Extract<Bound, { kind: 'reaped' }>;
    const at = new Date('2030-01-01T00:00:00Z');
    const statement = { name: 'test-insert-request_nonces', text: insert };
    await Promise.all(Array.from({ length: 50 }, () => database().query(statement, [at])));
    const later = new Date('2031-01-01T00:00:00Z');
    await Promise.all(Array.from({ length: 4 }, () => round(later)));
    assert.equal(await rows('request_nonces', 'forget_after = $1', [at]), 0);
  });

  test('a process that finds another one at the keys leaves them to it', async () => {
    const take = { name: 'test-take', text: 'SELECT position FROM reaper_positions FOR UPDATE' };
    await database().transaction(async (inside) => {
      await inside.query(take, []);
      const nothing = await new PostgresReaper(database()).forgetIdempotencyKeys(new Date('2040-01-01T00:00:00Z'), 10);
      assert.deepEqual(nothing, { looked: 0, forgotten: 0 });
    });
  });

  async function aPaymentThatIsOver(): Promise<void> {
    const clientId = await newClient(database());
    const token = await newToken(database(), { clientId, expiresAt: new Date('2040-01-01T00:00:00Z') });
    const payment = newPayment(clientId, token, { idempotencyKey: uuid(), now: new Date('2035-01-01T00:00:00Z') });
    const store = new PostgresPaymentStore(database());
    await store.createPayment(payment);
    const end = { name: 'test-end-payments', text: "UPDATE payments SET status = 'Revoked'" };
    await database().query(end, []);
  }

  function round(now: Date): Promise<boolean> {
    const clock = { now: () => now };
    return forgetExpired({
      clock,
      artifacts: new PostgresTokenArtifacts(database(), clock),
      authorizationRequests: new PostgresAuthorizationRequests(database()),
      registrations: new PostgresRegistrations(database(), () => undefined),
      rateCounts: new PostgresRateCounts(database()),
      sca: new PostgresScaStore(database()),
      reaper: new PostgresReaper(database()),
    });
  }
});
