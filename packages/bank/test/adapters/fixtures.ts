import { createHash, randomInt } from 'node:crypto';
import {
  type AuthorizationId,
  asAuthorizationId,
  asCents,
  asClientId,
  asCustomerId,
  asPaymentId,
  asSubmissionId,
  type ClientId,
  type CustomerId,
  type Iban,
  type ParsedSepaPayment,
  type PaymentId,
} from '@lupa/protocol';
import { iso20022Messages } from '../../src/adapters/iso20022/credit-transfer-message.ts';
import { PostgresClients } from '../../src/adapters/postgres/clients.ts';
import { PostgresCustomers } from '../../src/adapters/postgres/customers.ts';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { PostgresLedger } from '../../src/adapters/postgres/ledger.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import type { PaymentToCreate } from '../../src/ports/payment-store.ts';
import type { AuditEvent, TokenKind } from '../../src/ports/records.ts';

const identifiers = randomIdentifiers({ now: () => new Date() });
export const uuid = () => identifiers.uuid();
export const archiveId = () => identifiers.archiveId();
export const sha256 = (text: string) => createHash('sha256').update(text).digest();
export const THUMBPRINT = 'x'.repeat(43);
/** Tests of the store need no clock: each gives the time it means. */
export const NOW = new Date('2026-11-22T10:00:00.123Z');
export const LATER = new Date('2026-11-22T11:00:00.456Z');
export const EARLIER = new Date('2026-11-22T09:00:00.789Z');

/** An account number nobody else has. The store looks at its shape only. */
export const newIban = () => `FI${String(randomInt(1e8)).padStart(8, '0')}${String(randomInt(1e8)).padStart(8, '0')}`;

/** The ledger as the bank has it. */
export const ledgerOf = (database: Database) => new PostgresLedger(database, iso20022Messages({ bic: 'LUPAFIH0' }));

export async function newClient(database: Database): Promise<ClientId> {
  const clientId = asClientId(uuid());
  await new PostgresClients(database).save({
    clientId,
    clientName: 'Shop',
    organisationId: 'FI-FINFSA-1234567-8',
    secretDigest: sha256('secret'),
    apiKeyDigest: sha256(clientId),
    certificateThumbprint: THUMBPRINT,
    roles: ['PIS'],
    redirectUris: ['https://localhost:8181'],
    jwks: { keys: [] },
    created: NOW,
  });
  return clientId;
}

export async function newCustomer(database: Database): Promise<CustomerId> {
  const customerId = asCustomerId(uuid());
  const passwordHash = 'scrypt$16384$8$1$c2FsdA$aGFzaA';
  await new PostgresCustomers(database).add({ customerId, username: customerId, name: 'Aino Virtanen', passwordHash });
  return customerId;
}

export async function newAccount(database: Database, customerId: CustomerId, balanceCents: number, limitCents = 0) {
  const account = { accountId: uuid(), iban: newIban() };
  await ledgerOf(database).openAccount({
    ...account,
    customerId,
    name: 'Käyttötili',
    openingBalanceCents: asCents(balanceCents),
    limitCents: asCents(limitCents),
    bookingId: uuid(),
    archiveId: archiveId(),
    at: NOW,
  });
  return account;
}

const INSERT_TOKEN = {
  name: 'test-insert-token',
  text: `INSERT INTO access_tokens (token_digest, client_id, certificate_thumbprint, kind, scope, authorization_id, customer_id, expires_at, unconfirmed_refresh, grant_id, payload)
    VALUES ($1, $2, $3, $4, 'payments', $5, $6, $7, $8, $9, '{}')`,
};

export interface TokenFacts {
  readonly clientId: ClientId;
  readonly kind?: TokenKind;
  readonly certificateThumbprint?: string;
  readonly expiresAt?: Date;
  readonly authorizationId?: AuthorizationId;
  readonly customerId?: CustomerId;
  readonly unconfirmedRefresh?: string;
  readonly grantId?: string;
}

/** @returns the digest under which the token is stored */
export async function newToken(database: Database, facts: TokenFacts): Promise<Uint8Array> {
  const digest = sha256(uuid());
  await database.query(INSERT_TOKEN, [
    digest,
    facts.clientId,
    facts.certificateThumbprint ?? THUMBPRINT,
    facts.kind ?? 'client',
    facts.authorizationId ?? null,
    facts.customerId ?? null,
    facts.expiresAt ?? LATER,
    facts.unconfirmedRefresh ?? null,
    facts.grantId ?? null,
  ]);
  return digest;
}

export function newRequest(change: Partial<ParsedSepaPayment> = {}): ParsedSepaPayment {
  return {
    amountCents: asCents(400),
    payee: { iban: 'FI4950009420028730' as Iban, name: 'Test_Person' },
    payer: { iban: 'FI9259995020084225' as Iban },
    message: 'Kiitos €',
    count: 1,
    paymentOrder: 'SEPA',
    ...change,
  };
}

export function newEvent(change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    eventId: uuid(),
    at: NOW,
    event: 'tested',
    authorizationId: undefined,
    clientId: undefined,
    customerId: undefined,
    requestId: undefined,
    details: {},
    ...change,
  };
}

export function newPayment(
  clientId: ClientId,
  tokenDigest: Uint8Array,
  change: Partial<PaymentToCreate> = {},
): PaymentToCreate {
  const newAuthorizationId = asAuthorizationId(uuid());
  return {
    tokenDigest,
    clientId,
    certificateThumbprint: THUMBPRINT,
    now: NOW,
    paymentId: asPaymentId(uuid()),
    newAuthorizationId,
    joins: undefined,
    request: newRequest(),
    idempotencyKey: uuid(),
    fitForExemption: true,
    requestDigest: sha256('request'),
    context: { 'x-fapi-customer-ip-address': '192.0.2.1' },
    audit: newEvent({ event: 'payment created', authorizationId: newAuthorizationId, clientId }),
    ...change,
  };
}

/** A payment as it stands once the customer approved it, ready to be submitted. */
export async function authorizedPayment(
  database: Database,
  account: { accountId: string; iban: string },
  customerId: CustomerId,
  request = newRequest(),
) {
  const clientId = await newClient(database);
  const payment = newPayment(clientId, await newToken(database, { clientId }), { request });
  const store = new PostgresPaymentStore(database);
  await store.createPayment(payment);
  await store.transaction(async (unit) => {
    await unit.setAuthorization(payment.newAuthorizationId, {
      status: 'Authorized',
      customerId,
      authorized: NOW,
      modified: NOW,
    });
    await unit.setPayment(payment.paymentId, {
      status: 'Authorized',
      modified: NOW,
      debitAccountId: account.accountId,
      debitIban: account.iban,
    });
  });
  return { clientId, paymentId: payment.paymentId, authorizationId: payment.newAuthorizationId };
}

/** Submits as the bank does: reserves, accepts and queues. @returns the submission's id, or `undefined` for want of money */
export function submit(database: Database, accountId: string, paymentId: PaymentId, amountCents = 400) {
  const submissionId = asSubmissionId(uuid());
  return new PostgresPaymentStore(database).transaction(async (unit) => {
    if (!(await unit.reserve(accountId, asCents(amountCents)))) return undefined;
    await unit.saveSubmission({ paymentId, submissionId, status: 'Accepted', created: NOW, modified: NOW });
    await unit.queueBooking({ paymentId, submissionId, due: NOW });
    return submissionId;
  });
}

/** How many rows a table has that satisfy a condition. */
export async function count(database: Database, table: string, condition: string, value: unknown): Promise<number> {
  const text = `SELECT COUNT(*) AS rows FROM ${table} WHERE ${condition} = $1`;
  const [row] = await database.query<{ rows: number }>({ name: `test-count-${table}-${condition}`, text }, [value]);
  return row?.rows ?? 0;
}
