import { createHash } from 'node:crypto';
import {
  type AuthorizationId,
  asCents,
  asSubmissionId,
  type CustomerId,
  formatCents,
  LupaError,
  type PaymentId,
  parseSandboxScenario,
} from '@lupa/protocol';
import { PostgresExemptionStore } from '../../src/adapters/postgres/index.ts';
import type { Call } from '../../src/operations/authenticated-call.ts';
import { createPayment } from '../../src/operations/create-payment.ts';
import { deletePayment } from '../../src/operations/delete-payment.ts';
import { grantExemption } from '../../src/operations/grant-exemption.ts';
import { revokeAuthorization } from '../../src/operations/revoke-authorization.ts';
import { submitPayment } from '../../src/operations/submit-payment.ts';
import { PAYEE_ELSEWHERE, parsed } from '../bank-parts.ts';
import { LIISA, PEKKA, type ScaParts, Walk } from '../sca/sca-parts.ts';
import { CUSTOMERS, type CustomerName, TPPS, type TppName } from './actions.ts';
import type { ExemptionAction, SubmissionPlay } from './exemption-model.ts';
import { openAccount } from './open-account.ts';

const PASSWORDS = { liisa: LIISA, pekka: PEKKA } as const;
const OPENING_CENTS = 100_000_00;

interface Account {
  readonly payer: string;
  readonly savings: string;
}
interface Made {
  readonly paymentId: PaymentId;
  readonly authorizationId: AuthorizationId;
  readonly tpp: TppName;
  readonly customer: CustomerName;
}
/** A TPP that a customer has authorized: the family of tokens, and a call with the token of the customer. */
interface Family {
  readonly grantId: string;
  readonly call: Call;
}

/** The real bank's exemption flow below HTTP: two customers who have authorized two TPPs. */
export class ExemptionWorld {
  readonly parts: ScaParts;
  readonly #accounts: ReadonlyMap<CustomerName, Account>;
  readonly #families = new Map<string, Family>();
  readonly #payments = new Map<number, Made>();

  private constructor(parts: ScaParts, accounts: ReadonlyMap<CustomerName, Account>) {
    this.parts = parts;
    this.#accounts = accounts;
  }

  static async open(parts: ScaParts): Promise<ExemptionWorld> {
    const accounts = new Map<CustomerName, Account>();
    for (const customer of CUSTOMERS) {
      const open = async () => (await openAccount(parts, customer, { name: 'Account', cents: OPENING_CENTS })).iban;
      accounts.set(customer, { payer: await open(), savings: await open() });
    }
    const world = new ExemptionWorld(parts, accounts);
    for (const customer of CUSTOMERS) {
      await (await world.prepare({ kind: 'authenticate', customer }))();
      for (const tpp of TPPS) world.#families.set(`${tpp} ${customer}`, await world.#authorized(tpp, customer));
    }
    return world;
  }

  /** A payment created with a token of the customer, waiting for its exemption. */
  async create(
    place: number,
    { tpp, customer, cents, isOwn }: { tpp: TppName; customer: CustomerName; cents: number; isOwn: boolean },
  ) {
    const { payer, savings } = this.#account(customer);
    const { call } = this.#family(tpp, customer);
    const key = this.parts.identifiers.uuid();
    const { payment } = await createPayment(this.parts, call, {
      request: parsed({
        amountEUR: formatCents(asCents(cents)),
        payer: { iban: payer },
        payee: { iban: isOwn ? savings : PAYEE_ELSEWHERE, name: 'A payee' },
      }),
      idempotencyKey: key,
      requestDigest: digest(key),
      signed: true,
      context: {},
    });
    this.#payments.set(place, {
      paymentId: payment.paymentId,
      authorizationId: payment.authorizationId,
      tpp,
      customer,
    });
  }

  /** Everything that goes before; what is returned is the act itself, and answers as the model does. */
  async prepare(action: ExemptionAction): Promise<() => Promise<string>> {
    const act = await this.#prepare(action);
    return () =>
      act().catch((error) => {
        if (error instanceof LupaError) return error.code;
        throw error;
      });
  }

  async #prepare(action: ExemptionAction): Promise<() => Promise<string>> {
    const { parts } = this;
    if (action.kind === 'authenticate') return this.#atTheFactor(action.customer);
    const made = this.#payments.get(action.payment);
    if (made === undefined) throw new Error(`no payment ${action.payment}`);
    const { tpp, paymentId, authorizationId } = made;
    const client = await parts.callOf(tpp, 'client');
    switch (action.kind) {
      case 'ask':
        return () => this.#ask(made);
      case 'delete':
        return async () => (await deletePayment(parts, client, paymentId)).status;
      case 'revoke':
        return async () => (await revokeAuthorization(parts, client, authorizationId)).authorization.status;
      case 'submit': {
        const user = await parts.callOf(tpp, 'user', authorizationId);
        return () => this.#submit(user, paymentId, action);
      }
      case 'book':
        return () => this.#book(paymentId);
    }
  }

  /** What the store has: each customer's count, and each payment's status. */
  async state(): Promise<Record<string, string>> {
    const { database } = this.parts;
    const state: Record<string, string> = {};
    const places = new Map([...this.#payments].map(([place, { paymentId }]) => [paymentId as string, place]));
    const ids = CUSTOMERS.map((customer) => this.parts[customer].customerId);
    for (const row of await database.query<{ id: CustomerId; count: number; cents: number }>(COUNTERS, [ids])) {
      state[CUSTOMERS[ids.indexOf(row.id)] ?? ''] = `${row.count} ${row.cents}`;
    }
    for (const row of await database.query<{ id: string; status: string }>(STATUSES, [[...places.keys()]])) {
      state[`payment ${places.get(row.id)}`] = row.status;
    }
    return state;
  }

  async #atTheFactor(customer: CustomerName): Promise<() => Promise<string>> {
    const walk = await Walk.open(this.parts, await this.parts.bundle());
    await walk.logIn(PASSWORDS[customer]);
    await walk.choose({ account: this.#account(customer).payer });
    const code = await walk.code();
    return async () => (await walk.give(code)).kind;
  }

  async #ask({ tpp, customer, authorizationId }: Made): Promise<string> {
    const { parts } = this;
    const { grantId, call } = this.#family(tpp, customer);
    const { clientId } = call.client;
    const { customerId } = parts[customer];
    const claims = {
      ...{ audiences: [], clientId, state: 'state', nonce: parts.identifiers.uuid(), maxAgeSeconds: 0 },
      ...{ issuedAtSeconds: undefined, expiresAtSeconds: undefined, authorizationId },
    };
    const exemptions = new PostgresExemptionStore(parts.database);
    const outcome = await grantExemption(
      { ...parts, exemptions },
      {
        clientId,
        assertion: { claims, sourceGrantId: grantId, customerId },
        sourceStands: true,
        tokens: [],
        requestId: 'request',
      },
    );
    return outcome.kind === 'granted' ? 'granted' : outcome.why;
  }

  async #submit(user: Call, paymentId: PaymentId, { id, play }: { id: string; play: SubmissionPlay }): Promise<string> {
    const scenario = play === undefined ? undefined : parseSandboxScenario(play);
    return (await submitPayment(this.parts, user, paymentId, asSubmissionId(id), scenario)).status;
  }

  /** The one submission of the payment that was accepted. */
  async #book(paymentId: PaymentId): Promise<string> {
    const { ledger, identifiers, clock } = this.parts;
    const due = await ledger.dueBookings(new Date(clock.now().getTime() + 1_000), 1_000);
    const job = due.find((each) => each.paymentId === paymentId);
    if (job === undefined) return 'already-done';
    const booking = { bookingId: identifiers.uuid(), archiveId: identifiers.archiveId(), at: clock.now() };
    return ledger.book(job, { ...booking, auditEventId: identifiers.uuid() });
  }

  async #authorized(tpp: TppName, customer: CustomerName): Promise<Family> {
    const { identifiers, artifacts, clock } = this.parts;
    const client = await this.parts.callOf(tpp, 'client');
    const [grantId, refreshToken, token] = [identifiers.uuid(), identifiers.uuid(), identifiers.uuid()];
    const expiresAt = new Date(clock.now().getTime() + 45 * 86_400_000);
    const facts = {
      ...({
        kind: 'customer',
        scope: 'payments',
        authorizationId: undefined,
        unconfirmedRefreshToken: undefined,
      } as const),
      ...{ clientId: client.client.clientId, certificateThumbprint: client.certificateThumbprint },
      customerId: this.parts[customer].customerId,
    };
    for (const save of [
      { model: 'Grant', id: grantId, payload: {}, grantId: undefined, expiresAt },
      { model: 'RefreshToken', id: refreshToken, payload: {}, grantId, expiresAt },
      { model: 'AccessToken', id: token, payload: {}, grantId, expiresAt, token: facts },
    ]) {
      const outcome = await artifacts.commit({ uses: [], rotation: undefined, saves: [save] });
      if (outcome !== 'done') throw new Error(`${save.model} was not saved: ${outcome}`);
    }
    return { grantId, call: { ...client, tokenDigest: digest(token) } };
  }

  #family(tpp: TppName, customer: CustomerName): Family {
    const family = this.#families.get(`${tpp} ${customer}`);
    if (family === undefined) throw new Error('every customer has authorized every TPP');
    return family;
  }

  #account(customer: CustomerName): Account {
    const account = this.#accounts.get(customer);
    if (account === undefined) throw new Error('every customer has accounts');
    return account;
  }
}

const COUNTERS = {
  name: 'model-exemption-counters',
  text: `SELECT customer_id AS id, granted_count AS count, granted_cents AS cents FROM exemption_counters
    WHERE customer_id = ANY($1)`,
};
const STATUSES = {
  name: 'model-exempt-payments',
  text: 'SELECT payment_id AS id, status FROM payments WHERE payment_id = ANY($1)',
};

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
