import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { asClientId } from '@lupa/protocol';
import { startPostgres } from '../../../../test/support/postgres.ts';
import { migrate, readMigrations } from '../../src/adapters/postgres/migrate.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PgDatabase } from '../../src/adapters/postgres/pg-database.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { verifyAuditTrail } from '../../src/operations/verify-audit-trail.ts';
import { verifyStoredAuditTrail } from '../../src/verify-stored-audit-trail.ts';
import {
  archiveId,
  authorizedPayment,
  LATER,
  ledgerOf,
  NOW,
  newAccount,
  newClient,
  newCustomer,
  newEvent,
  newPayment,
  newToken,
  submit,
  uuid,
} from './fixtures.ts';
import { postgresForTests } from './test-databases.ts';

const WAITING = {
  name: 'test-waiting',
  text: "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'",
};
const LOCK_PAYMENT_AT_ONCE = {
  name: 'test-lock-payment',
  text: 'SELECT 1 AS locked FROM payments WHERE payment_id = $1 FOR UPDATE NOWAIT',
};

describe('the audit trail on a PostgreSQL with many connections', () => {
  const { database, url } = postgresForTests();
  const store = () => new PostgresPaymentStore(database());

  /** Of this database: the statements that wait for somebody's lock just now. */
  async function waiting(): Promise<readonly unknown[]> {
    return database().query(WAITING, []);
  }

  /** Does work while a transaction is held that ends only afterwards: waiting for that, it would wait for itself. */
  async function unhindered<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    while (!isDone) {
      assert.deepEqual(await waiting(), [], 'it waits for somebody');
      await Promise.race([done.catch(() => undefined), sleep(10)]);
    }
    return done;
  }

  test('while one chain is held, others are written and sealed and nobody waits', async () => {
    const clientId = await newClient(database());
    const tokenDigest = await newToken(database(), { clientId });
    const payments = [newPayment(clientId, tokenDigest), newPayment(clientId, tokenDigest)];
    for (const payment of payments) await store().createPayment(payment);
    const [held, other] = payments.map((payment) => payment.newAuthorizationId);
    const heldCustomer = await newCustomer(database());
    await store().transaction(async (unit) => {
      await unit.audit(newEvent({ authorizationId: held }));
      await unit.audit(newEvent({ customerId: heldCustomer }));
      await unit.account(uuid());
      await unhindered(store().createPayment(newPayment(clientId, tokenDigest)));
      await unhindered(store().createPayment(newPayment(clientId, tokenDigest, { joins: other })));
      await unhindered(store().transaction((beside) => beside.audit(newEvent({ authorizationId: other }))));
      const customerId = await newCustomer(database());
      await unhindered(store().transaction((beside) => beside.audit(newEvent({ customerId }))));
      await unhindered(new PostgresAuditTrail(database()).seal(NOW, 1000));
      await unhindered(verifyAuditTrail(new PostgresAuditTrail(database())));
    });
    // What was not committed when the others were sealed is sealed now.
    assert.equal(await new PostgresAuditTrail(database()).seal(LATER, 1000), 2);
    assert.equal((await verifyAuditTrail(new PostgresAuditTrail(database()))).ok, true);
  });

  test('while a seal is being made, chains that it covers are written and nobody waits', async () => {
    const clientId = await newClient(database());
    const tokenDigest = await newToken(database(), { clientId });
    const payment = newPayment(clientId, tokenDigest);
    await store().createPayment(payment);
    const authorizationId = payment.newAuthorizationId;
    const sealing = new PostgresAuditTrail({
      query: () => Promise.reject(new Error('a seal is one transaction')),
      transaction: (work) =>
        database().transaction(async (inside) => {
          const result = await work(inside);
          await unhindered(store().transaction((beside) => beside.audit(newEvent({ authorizationId }))));
          await unhindered(store().createPayment(newPayment(clientId, tokenDigest, { joins: authorizationId })));
          return result;
        }),
      close: () => Promise.resolve(),
    });
    assert.equal(await sealing.seal(NOW, 1000), 1);
    assert.equal(await new PostgresAuditTrail(database()).seal(NOW, 1000), 2);
    assert.equal((await verifyAuditTrail(new PostgresAuditTrail(database()))).ok, true);
  });

  test('booking takes the authorization before the payment, as submitting does: the two never deadlock', async () => {
    const customerId = await newCustomer(database());
    const account = await newAccount(database(), customerId, 10_000);
    const { paymentId, authorizationId } = await authorizedPayment(database(), account, customerId);
    const submissionId = await submit(database(), account.accountId, paymentId);
    assert.ok(submissionId);
    let booking: Promise<unknown> = Promise.resolve();
    await store().transaction(async (unit) => {
      await unit.lockAuthorization(authorizationId);
      const booked = { bookingId: uuid(), archiveId: archiveId(), at: NOW, auditEventId: uuid() };
      const job = { paymentId, submissionId };
      booking = ledgerOf(database()).book(job, booked);
      while ((await waiting()).length === 0) await sleep(10);
      // It waits for the authorization, and holds nothing of the payment meanwhile.
      await database().query(LOCK_PAYMENT_AT_ONCE, [paymentId]);
      await unit.lockPayment(paymentId);
      await unit.audit(newEvent({ authorizationId }));
    });
    assert.equal(await booking, 'Submitted');
    assert.equal((await verifyAuditTrail(new PostgresAuditTrail(database()))).ok, true);
  });

  test('the stored trail is checked while banks write to it, and found whole every time', async () => {
    const clientId = await newClient(database());
    const tokenDigest = await newToken(database(), { clientId });
    let isOver = false;
    const writing = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const payment = newPayment(clientId, tokenDigest);
        await store().createPayment(payment);
        const authorizationId = payment.newAuthorizationId;
        await store().transaction((unit) => unit.audit(newEvent({ authorizationId })));
        await new PostgresAuditTrail(database()).seal(NOW, 1000);
      }
    });
    for (let round = 0; round < 8; round += 1) {
      const { ok, faults } = await verifyStoredAuditTrail({ kind: 'postgres', url: url() });
      assert.deepEqual([ok, faults], [true, []]);
    }
    isOver = true;
    await Promise.all(writing);
  });

  test('the stored trail is checked by the machine’s clock: no removal is announced in time to come', async () => {
    const run = (name: string, text: string, ...values: unknown[]) => database().query({ name, text }, values);
    const announced = new Date('2990-01-05T09:00:00.000Z');
    const keptFrom = new Date('2979-12-31T22:00:00.000Z');
    const eventId = uuid();
    const details = { keptFrom: keptFrom.toISOString() };
    await store().transaction((unit) =>
      unit.audit(newEvent({ eventId, at: announced, event: 'records removed', details })),
    );
    assert.deepEqual((await verifyStoredAuditTrail({ kind: 'postgres', url: url() })).faults, []);
    await run('test-note-removal', 'INSERT INTO record_removals VALUES ($1, $2, $3)', eventId, keptFrom, announced);
    const { faults } = await verifyStoredAuditTrail({ kind: 'postgres', url: url() });
    await run('test-forget-removal', 'DELETE FROM record_removals WHERE removal_id = $1', eventId);
    assert.equal(faults.length, 1);
    assert.match(faults[0]?.problem ?? '', /announced on 2990-01-05T09:00:00.000Z, and now it is/);
  });
});

describe('the audit trail of a store from an earlier release', () => {
  test('keeps its events as they were and begins its chains anew; a store not brought up to date is not checked', async (context) => {
    const server = await startPostgres();
    const url = await server.createDatabase();
    const database = new PgDatabase({ url, lanes: 1 });
    context.after(async () => {
      await database.close();
      await server.stop();
    });
    const migrations = await readMigrations();
    await migrate(
      database,
      migrations.filter(({ name }) => name < '0006'),
    );
    const clientId = asClientId(uuid());
    const authorizationId = newPayment(clientId, new Uint8Array(32)).newAuthorizationId;
    const run = (name: string, text: string, ...values: unknown[]) => database.query({ name, text }, values);
    await run(
      'test-old-authorization',
      `INSERT INTO authorizations (authorization_id, client_id, payment_type, status, payment_count, created, modified)
       VALUES ($1, $2, 'SepaPayment', 'Unauthorized', 1, $3, $3)`,
      ...[authorizationId, clientId, NOW],
    );
    await run(
      'test-old-event',
      `INSERT INTO audit_events (event_id, at, event, authorization_id, details) VALUES ($1, $2, 'payment created', $3, '{}')`,
      ...[uuid(), NOW, authorizationId],
    );
    await assert.rejects(verifyStoredAuditTrail({ kind: 'postgres', url }), { name: 'StoreNotFound' });
    await migrate(database);
    const note = () =>
      new PostgresPaymentStore(database).transaction((unit) => unit.audit(newEvent({ authorizationId })));
    await note();
    await note();
    const { ok, chains, events, eventsBeforeChains } = await verifyStoredAuditTrail({ kind: 'postgres', url });
    assert.deepEqual(
      { ok, chains, events, eventsBeforeChains },
      { ok: true, chains: 1, events: 2, eventsBeforeChains: 1 },
    );
  });
});
