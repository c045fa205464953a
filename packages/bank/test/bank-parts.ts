import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  type AuthorizationId,
  asAuthorizationId,
  asCents,
  asClientId,
  asCustomerId,
  type ForeignPaymentRequest,
  type ParsedForeignPayment,
  type ParsedSepaPayment,
  type PaymentId,
  parseForeignPaymentRequest,
  parseSepaPaymentRequest,
  type SepaPaymentRequest,
} from '@lupa/protocol';
import { startPostgres } from '../../../test/support/postgres.ts';
import { iso20022Messages } from '../src/adapters/iso20022/credit-transfer-message.ts';
import {
  openDatabase,
  PostgresClients,
  PostgresCustomers,
  PostgresLedger,
  PostgresPaymentStore,
} from '../src/adapters/postgres/index.ts';
import { PostgresTokenArtifacts } from '../src/adapters/postgres/token-artifacts.ts';
import { randomIdentifiers } from '../src/adapters/random-identifiers.ts';
import type { TokenKind } from '../src/domain/token-use.ts';
import type { Call } from '../src/operations/authenticated-call.ts';
import { createForeignPayment } from '../src/operations/create-foreign-payment.ts';
import { createPayment } from '../src/operations/create-payment.ts';

/** A clock that stands still until told to go on. */
export class StandingClock {
  #now: Date;
  constructor(start = '2026-11-20T10:00:00.000Z') {
    this.#now = new Date(start);
  }
  now(): Date {
    return new Date(this.#now);
  }
  advance(milliseconds: number): void {
    this.#now = new Date(this.#now.getTime() + milliseconds);
  }
}

export const AINO_IBAN = 'FI9259995020084225';
export const VILLE_IBAN = 'FI5850009420172322';
export const PAYEE_ELSEWHERE = 'FI2112345600000785';

/** The parts of a bank that the operations on payments need, on a real PostgreSQL, with two clients and two customers. */
export async function openBankParts() {
  const postgres = await startPostgres();
  const url = new URL(await postgres.createDatabase());
  // No test here ends its server, so nothing has to wait for the disk.
  url.searchParams.set('options', '-c synchronous_commit=off');
  const database = await openDatabase({ kind: 'postgres', url: url.href });
  const clock = new StandingClock();
  const identifiers = randomIdentifiers(clock);
  const artifacts = new PostgresTokenArtifacts(database, clock);
  const ledger = new PostgresLedger(database, iso20022Messages({ bic: 'LUPAFIH0' }));
  const rates: Record<string, string> = { EUR: '1', USD: '1.0850', JPY: '162.50' };
  const parts = {
    database,
    clock,
    identifiers,
    artifacts,
    ledger,
    payments: new PostgresPaymentStore(database),
    clients: new PostgresClients(database),
    customers: new PostgresCustomers(database),
    tokenUse: artifacts,
    /** At these the tests' bank pays; a test may move them. */
    rates,
    exchangeRates: { unitsPerEuro: (currency: string) => rates[currency] },
    bookingWanted: () => {},
    bookingFailed: (error: unknown): void => {
      throw error;
    },
  };
  for (const name of ['tpp-a', 'tpp-b']) await addClient(parts.clients, name, clock.now());
  const aino = await addCustomer(parts, 'aino', AINO_IBAN, 100_000);
  const ville = await addCustomer(parts, 'ville', VILLE_IBAN, 50_000);
  let issued = 0;

  /** A call of `clientId` with a new token of this kind. */
  async function callOf(clientId: string, kind: TokenKind, authorizationId?: AuthorizationId): Promise<Call> {
    const client = await parts.clients.byId(clientId);
    if (client === undefined) throw new Error('no such client');
    issued += 1;
    const id = `token-${issued}`;
    await artifacts.commit({
      uses: [],
      rotation: undefined,
      saves: [
        {
          model: kind === 'client' ? 'ClientCredentials' : 'AccessToken',
          id,
          payload: {},
          grantId: undefined,
          expiresAt: new Date(clock.now().getTime() + 3_600_000),
          token: {
            kind,
            clientId: client.clientId,
            certificateThumbprint: client.certificateThumbprint,
            scope: 'payments',
            authorizationId,
            customerId: kind === 'client' ? undefined : aino.customerId,
            unconfirmedRefreshToken: undefined,
          },
        },
      ],
    });
    return {
      client,
      certificateThumbprint: client.certificateThumbprint,
      tokenDigest: createHash('sha256').update(id).digest(),
      requestId: identifiers.uuid(),
      // As the routes have it: what is submitted comes over the path of its type.
      ...(kind === 'client' ? {} : { paymentType: 'SepaPayment' as const }),
    };
  }

  /** A payment of tpp-a as it stands after creation. */
  async function created(wish: Partial<SepaPaymentRequest> = {}, call?: Call) {
    const request = parsed(wish);
    const caller = call ?? (await callOf('tpp-a', 'client'));
    const key = identifiers.uuid();
    const requestDigest = createHash('sha256').update(key).digest();
    return (
      await createPayment(parts, caller, {
        request,
        idempotencyKey: key,
        requestDigest,
        signed: true,
        context: {},
      })
    ).payment;
  }

  /** A foreign payment of tpp-a as it stands after creation. */
  async function createdForeign(wish: Partial<ForeignPaymentRequest> = {}, call?: Call) {
    const caller = call ?? (await callOf('tpp-a', 'client'));
    const key = identifiers.uuid();
    const ordered = { request: parsedForeign(wish), idempotencyKey: key, context: {} };
    const requestDigest = createHash('sha256').update(key).digest();
    return (await createForeignPayment(parts, caller, { ...ordered, requestDigest })).payment;
  }

  /** Approves the whole bundle, as SCA does in the end. */
  async function approve(authorizationId: AuthorizationId, customer = aino): Promise<void> {
    await parts.payments.transaction(async (unit) => {
      const bundle = await unit.lockAuthorization(authorizationId);
      const modified = clock.now();
      await unit.setAuthorization(authorizationId, {
        status: 'Authorized',
        customerId: customer.customerId,
        authorized: modified,
        modified,
      });
      for (const { paymentId, status } of bundle?.payments ?? []) {
        if (status !== 'Unauthorized') continue;
        const debit = { debitAccountId: customer.accountId, debitIban: customer.iban };
        await unit.setPayment(paymentId, { status: 'Authorized', modified, ...debit });
      }
    });
  }

  /** An approved payment, and a call with the token that may submit it. */
  async function approved(
    wish: Partial<SepaPaymentRequest> = {},
  ): Promise<{ paymentId: PaymentId; authorizationId: AuthorizationId; user: Call }> {
    const payment = await created(wish);
    await approve(payment.authorizationId);
    const user = await callOf('tpp-a', 'user', payment.authorizationId);
    return { paymentId: payment.paymentId, authorizationId: payment.authorizationId, user };
  }

  return {
    ...parts,
    aino,
    ville,
    callOf,
    created,
    createdForeign,
    approve,
    approved,
    balanceOf: async (customer: typeof aino) => {
      const [account] = await ledger.accountsOf(customer.customerId);
      if (account === undefined) throw new Error('the customer has an account');
      return { balance: account.balanceCents, reserved: account.reservedCents };
    },
    close: async () => {
      await database.close();
      await postgres.stop();
    },
  };
}

export type BankParts = Awaited<ReturnType<typeof openBankParts>>;

/** The workflow document's example payment, with changes. */
export function parsed(wish: Partial<SepaPaymentRequest> = {}): ParsedSepaPayment {
  const example: SepaPaymentRequest = {
    amountEUR: '4.00',
    payee: { iban: PAYEE_ELSEWHERE, name: 'Test_Person' },
    payer: { iban: AINO_IBAN },
    message: 'test_payment',
  };
  const read = parseSepaPaymentRequest({ ...example, ...wish }, { bankCodes: ['5'] });
  if ('violations' in read) throw new Error(JSON.stringify(read.violations));
  return read.request;
}

/** A thousand dollars and fifty cents to New York, with changes. */
export function parsedForeign(wish: Partial<ForeignPaymentRequest> = {}): ParsedForeignPayment {
  const example: ForeignPaymentRequest = {
    amount: '1000.50',
    currency: 'USD',
    message: 'Invoice 7',
    payee: {
      name: 'Ada Lovelace',
      bankAccount: { id: '000123456789', schemeName: 'BBAN' },
      financialInstitution: { bic: 'CHASUS33', name: 'Chase' },
      foreignAddress: { addressLine1: '1 Main Street', addressLine2: 'New York NY 10001', country: 'US' },
    },
  };
  const read = parseForeignPaymentRequest({ ...example, ...wish }, { bankCodes: ['5'] });
  if ('violations' in read) throw new Error(JSON.stringify(read.violations));
  return read.request;
}

async function addClient(clients: PostgresClients, name: string, created: Date): Promise<void> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const digest = (text: string) => createHash('sha256').update(text).digest();
  await clients.save({
    clientId: asClientId(name),
    clientName: `The ${name}`,
    organisationId: `FI-FINFSA-${name}`,
    secretDigest: digest(`secret of ${name}`),
    apiKeyDigest: digest(`key of ${name}`),
    certificateThumbprint: digest(`certificate of ${name}`).toString('base64url'),
    roles: ['PIS'],
    redirectUris: ['https://localhost:8181'],
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: `${name}-key`, alg: 'ES256', use: 'sig' }] },
    created,
  });
}

async function addCustomer(
  parts: {
    customers: PostgresCustomers;
    ledger: PostgresLedger;
    identifiers: ReturnType<typeof randomIdentifiers>;
    clock: StandingClock;
  },
  username: string,
  iban: string,
  balanceCents: number,
) {
  const { customers, ledger, identifiers, clock } = parts;
  const customerId = asCustomerId(identifiers.uuid());
  const accountId = identifiers.uuid();
  await customers.add({ customerId, username, name: username, passwordHash: 'scrypt$none' });
  await ledger.openAccount({
    accountId,
    iban,
    customerId,
    name: 'Account',
    openingBalanceCents: asCents(balanceCents),
    limitCents: asCents(0),
    bookingId: identifiers.uuid(),
    archiveId: identifiers.archiveId(),
    at: clock.now(),
  });
  return { customerId, accountId, iban };
}

/** An id that no authorization has. */
export const NO_AUTHORIZATION = asAuthorizationId('01930000-0000-7000-8000-00000000dead');
