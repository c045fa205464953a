import { createHash } from 'node:crypto';
import { type AuthorizationId, asCents, asClientId, asCustomerId, type SepaPaymentRequest } from '@lupa/protocol';
import { derivedFactorSecrets } from '../../src/adapters/factor-secrets.ts';
import { scryptPasswords } from '../../src/adapters/passwords.ts';
import { PostgresScaStore } from '../../src/adapters/postgres/index.ts';
import { SCA_LIMITS } from '../../src/domain/sca-limits.ts';
import { choosePayments } from '../../src/operations/choose-payments.ts';
import { giveFactor } from '../../src/operations/give-factor.ts';
import { logIn } from '../../src/operations/log-in.ts';
import { openScaSession } from '../../src/operations/open-sca-session.ts';
import type { ScaBank, ScaCall } from '../../src/operations/sca-bank.ts';
import { type BankParts, openBankParts } from '../bank-parts.ts';

export const LIISA_IBAN = 'FI4054100020000314';
export const LIISA_SAVINGS_IBAN = 'FI7354100020000496';
const PEKKA_IBAN = 'FI5257200020000525';

export const LIISA = { username: 'liisa', password: 'liisan salasana' };
export const PEKKA = { username: 'pekka', password: 'pekan salasana' };

/** The parts of a bank that SCA needs, on a real PostgreSQL: two customers who can log in, and payments to approve. */
export async function openScaParts() {
  const parts = await openBankParts();
  const passwords = scryptPasswords({ N: 1024, r: 8, p: 1 });
  const sca: ScaBank = {
    store: new PostgresScaStore(parts.database),
    customers: parts.customers,
    clock: parts.clock,
    identifiers: parts.identifiers,
    factorSecrets: derivedFactorSecrets('a secret of thirty-two bytes or more, for tests'),
    passwords,
    exchangeRates: parts.exchangeRates,
    limits: SCA_LIMITS,
  };
  const liisa = await addCustomer(parts, sca, LIISA, 'Liisa Mäkelä', [
    { iban: LIISA_IBAN, name: 'Käyttötili', balanceCents: 250_000 },
    { iban: LIISA_SAVINGS_IBAN, name: 'Säästötili', balanceCents: 1_200_000 },
  ]);
  const pekka = await addCustomer(parts, sca, PEKKA, 'Pekka Salo', [
    { iban: PEKKA_IBAN, name: 'Käyttötili', balanceCents: 1_500 },
  ]);

  /** A bundle of these payments, waiting for the customer. */
  async function bundle(...wishes: Partial<SepaPaymentRequest>[]) {
    const [first = {}, ...more] = wishes;
    const payment = await parts.created(first);
    const { authorizationId } = payment;
    const rest = [];
    for (const wish of more) rest.push(await parts.created({ ...wish, authorizationId }));
    return { authorizationId, payments: [payment, ...rest] as const };
  }

  /** The statuses of a bundle, as the store has them. */
  async function statuses(authorizationId: AuthorizationId) {
    const found = await parts.payments.transaction((unit) => unit.lockAuthorization(authorizationId));
    return {
      authorization: found?.authorization.status,
      payments: found?.payments.map(({ status }) => status),
      customerId: found?.authorization.customerId,
      debitIbans: found?.payments.map(({ debitIban }) => debitIban),
    };
  }

  /** The audit trail's events of a bundle, oldest first. */
  async function events(authorizationId: string): Promise<{ event: string; details: Record<string, unknown> }[]> {
    return parts.database.query(
      {
        name: 'test-audit-events',
        text: 'SELECT event, details FROM audit_events WHERE authorization_id = $1 ORDER BY event_id',
      },
      [authorizationId],
    );
  }

  return { ...parts, sca, liisa, pekka, bundle, statuses, events };
}

export type ScaParts = Awaited<ReturnType<typeof openScaParts>>;
type AnyBundle = { readonly authorizationId: AuthorizationId };

async function addCustomer(
  parts: BankParts,
  sca: ScaBank,
  login: { username: string; password: string },
  name: string,
  accounts: readonly { iban: string; name: string; balanceCents: number }[],
) {
  const customerId = asCustomerId(parts.identifiers.uuid());
  await parts.customers.add({
    customerId,
    username: login.username,
    name,
    passwordHash: await sca.passwords.hash(login.password),
  });
  for (const account of accounts) {
    await parts.ledger.openAccount({
      accountId: parts.identifiers.uuid(),
      iban: account.iban,
      customerId,
      name: account.name,
      openingBalanceCents: asCents(account.balanceCents),
      limitCents: asCents(0),
      bookingId: parts.identifiers.uuid(),
      archiveId: parts.identifiers.archiveId(),
      at: parts.clock.now(),
    });
    // Accounts are listed in the order they were opened in.
    parts.clock.advance(1);
  }
  return { customerId, name };
}

/** A customer at the pages, one operation at a time. Each step takes the session as it stands. */
export class Walk {
  readonly #parts: ScaParts;
  readonly sessionId: string;
  readonly authorizationId: AuthorizationId;
  #browser = 'before login';

  private constructor(parts: ScaParts, sessionId: string, authorizationId: AuthorizationId) {
    this.#parts = parts;
    this.sessionId = sessionId;
    this.authorizationId = authorizationId;
  }

  static async open(parts: ScaParts, { authorizationId }: AnyBundle): Promise<Walk> {
    const walk = new Walk(parts, parts.identifiers.secret(16), authorizationId);
    await walk.look();
    return walk;
  }

  /** What a GET does. */
  look() {
    return openScaSession(this.#parts.sca, {
      sessionId: this.sessionId,
      clientId: asClientId('tpp-a'),
      authorizationId: this.authorizationId,
      browserDigest: digest(this.#browser),
      requestId: 'request',
      language: 'fi',
      switchTo: undefined,
    });
  }

  async session() {
    const session = await this.#parts.sca.store.findSession(this.sessionId);
    if (session === undefined) throw new Error('the session was opened');
    return session;
  }

  /** A request of this browser, whose form was made for the challenge that is open now. */
  async call(): Promise<ScaCall> {
    return {
      sessionId: this.sessionId,
      browserDigest: digest(this.#browser),
      challengeId: (await this.session()).challenge?.challengeId,
      tppName: 'The tpp-a',
      requestId: 'request',
    };
  }

  async logIn({ username, password }: { username: string; password: string } = LIISA) {
    const cookie = this.#parts.identifiers.secret(32);
    const answer = await logIn(this.#parts.sca, await this.call(), {
      username,
      password,
      newBrowserDigest: digest(cookie),
    });
    if (answer.kind === 'moved') this.#browser = cookie;
    return answer;
  }

  async choose(choice: { paymentIds?: readonly string[]; account?: string; factor?: 'keycode' | 'mobilekey' } = {}) {
    const { payments } = await this.look();
    return choosePayments(this.#parts.sca, await this.call(), {
      paymentIds: choice.paymentIds ?? payments.map(({ paymentId }) => paymentId),
      account: choice.account,
      factor: choice.factor ?? 'keycode',
    });
  }

  /** The code the customer reads from the key list for what is asked now. */
  async code(): Promise<string> {
    const { customerId, challenge } = await this.session();
    if (customerId === undefined || challenge?.key === undefined) throw new Error('no key code is asked for');
    return this.#parts.sca.factorSecrets.keyCode(customerId, challenge.key.series, challenge.key.number);
  }

  async give(code: string) {
    return giveFactor(this.#parts.sca, await this.call(), code);
  }

  /** Logged in, payments chosen, factor asked for. */
  static async toFactor(parts: ScaParts, bundle: AnyBundle, choice?: Parameters<Walk['choose']>[0]) {
    const walk = await Walk.open(parts, bundle);
    await walk.logIn();
    await walk.choose(choice);
    return walk;
  }
}

/** A code that is not the right one. */
export function wrong(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
