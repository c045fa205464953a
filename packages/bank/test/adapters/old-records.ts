import assert from 'node:assert/strict';
import {
  type AuthorizationId,
  asAuthorizationId,
  asCents,
  asPaymentId,
  asSubmissionId,
  type ClientId,
  type CustomerId,
  type Iban,
  type PaymentId,
} from '@lupa/protocol';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresReaper } from '../../src/adapters/postgres/reaper.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import { ledgerOf, newClient, newCustomer, newEvent, newIban, newPayment, newRequest, newToken } from './fixtures.ts';

const ENOUGH = 100_000;
const DAY_MS = 86_400_000;

export interface OldAccount {
  readonly accountId: string;
  readonly iban: string;
  readonly customerId: CustomerId;
}

export interface OldPayment {
  readonly paymentId: PaymentId;
  readonly authorizationId: AuthorizationId;
  readonly clientId: ClientId;
  readonly account: OldAccount;
}

/** Writes what a bank would have written at times given, in the order of those times: ids, events and seals are of then. */
export class OldRecords {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async account(at: Date, balanceCents = 100_000): Promise<OldAccount> {
    const ids = randomIdentifiers({ now: () => at });
    const customerId = await newCustomer(this.#database);
    const account = { accountId: ids.uuid(), iban: newIban() };
    await ledgerOf(this.#database).openAccount({
      ...account,
      customerId,
      name: 'Käyttötili',
      openingBalanceCents: asCents(balanceCents),
      limitCents: asCents(0),
      bookingId: ids.uuid(),
      archiveId: ids.archiveId(),
      at,
    });
    return { ...account, customerId };
  }

  /** A payment of 4.00, approved, and not yet submitted; nobody remembers its idempotency key any more. */
  async payment(account: OldAccount, at: Date, to?: OldAccount, count = 1): Promise<OldPayment> {
    const ids = randomIdentifiers({ now: () => at });
    const clientId = await newClient(this.#database);
    const authorizationId = asAuthorizationId(ids.uuid());
    const paymentId = asPaymentId(ids.uuid());
    const request = newRequest({ count, ...(to && { payee: { iban: to.iban as Iban, name: 'Ville' } }) });
    const expiresAt = new Date(at.getTime() + DAY_MS);
    const store = new PostgresPaymentStore(this.#database);
    const created = await store.createPayment(
      newPayment(clientId, await newToken(this.#database, { clientId, expiresAt }), {
        ...{ now: at, paymentId, newAuthorizationId: authorizationId, request },
        audit: newEvent({ eventId: ids.uuid(), at, event: 'payment created', authorizationId, clientId }),
      }),
    );
    assert.equal(created.kind, 'created');
    await store.transaction(async (unit) => {
      const authorized = { customerId: account.customerId, authorized: at, modified: at };
      await unit.setAuthorization(authorizationId, { status: 'Authorized', ...authorized });
      const debit = { debitAccountId: account.accountId, debitIban: account.iban };
      await unit.setPayment(paymentId, { status: 'Authorized', modified: at, ...debit });
      await unit.audit(newEvent({ eventId: ids.uuid(), at, event: 'authorized', authorizationId, clientId }));
    });
    while (
      (await new PostgresReaper(this.#database).forgetIdempotencyKeys(new Date('2090-01-01'), ENOUGH)).forgotten > 0
    );
    return { paymentId, authorizationId, clientId, account };
  }

  /** Submits it, and books what was submitted. */
  async book(
    { paymentId, authorizationId, account }: OldPayment,
    at: Date,
    isLast = true,
  ): Promise<{ bookingId: string }> {
    const ids = randomIdentifiers({ now: () => at });
    const submissionId = asSubmissionId(ids.uuid());
    await new PostgresPaymentStore(this.#database).transaction(async (unit) => {
      const locked = await unit.lockPayment(paymentId);
      assert.equal(await unit.reserve(account.accountId, asCents(400)), true);
      await unit.saveSubmission({ paymentId, submissionId, status: 'Accepted', created: at, modified: at });
      await unit.queueBooking({ paymentId, submissionId, due: at });
      const submissionsMade = (locked?.payment.submissionsMade ?? 0) + 1;
      const status = isLast ? 'Completed' : 'Authorized';
      await unit.setPayment(paymentId, { status, modified: at, submissionsMade });
      await unit.setAuthorization(authorizationId, { status, modified: at });
    });
    const bookingId = ids.uuid();
    const booking = { bookingId, archiveId: ids.archiveId(), at, auditEventId: ids.uuid() };
    assert.notEqual(await ledgerOf(this.#database).book({ paymentId, submissionId }, booking), 'already-done');
    return { bookingId };
  }

  async paid(account: OldAccount, at: Date, to?: OldAccount): Promise<OldPayment & { bookingId: string }> {
    const payment = await this.payment(account, at, to);
    return { ...payment, ...(await this.book(payment, at)) };
  }

  /** An event about no authorization: of a customer, or alone. */
  async event(at: Date, customerId?: CustomerId): Promise<string> {
    const eventId = randomIdentifiers({ now: () => at }).uuid();
    const store = new PostgresPaymentStore(this.#database);
    await store.transaction((unit) => unit.audit(newEvent({ eventId, at, customerId })));
    return eventId;
  }

  seal(at: Date): Promise<number> {
    return new PostgresAuditTrail(this.#database).seal(at, ENOUGH);
  }
}

/** Where records stand that the law asks for. */
export const RECORD_TABLES = [
  ...([
    'authorizations',
    'payments',
    'submissions',
    'bookings',
    'entries',
    'exemption_grants',
    'outgoing_messages',
  ] as const),
  ...(['audit_events', 'audit_chains', 'audit_seals', 'audit_sealed_heads', 'audit_released'] as const),
];
export type RecordTable = (typeof RECORD_TABLES)[number];

/** How many rows each of those tables has. */
export async function recordRows(database: Database): Promise<Record<RecordTable, number>> {
  const counted = await Promise.all(
    RECORD_TABLES.map(async (table) => {
      const statement = { name: `test-rows-of-${table}`, text: `SELECT COUNT(*) AS rows FROM ${table}` };
      const [row] = await database.query<{ rows: number }>(statement, []);
      return [table, row?.rows ?? 0] as const;
    }),
  );
  return Object.fromEntries(counted) as Record<RecordTable, number>;
}
