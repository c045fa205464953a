import { createHash } from 'node:crypto';
import {
  type AuthorizationId,
  asCents,
  asClientId,
  asSubmissionId,
  formatCents,
  LupaError,
  type PaymentId,
  parseSandboxScenario,
} from '@lupa/protocol';
import type { Call } from '../../src/operations/authenticated-call.ts';
import { bookSubmissions } from '../../src/operations/book-submissions.ts';
import { choosePayments } from '../../src/operations/choose-payments.ts';
import { createPayment } from '../../src/operations/create-payment.ts';
import { deletePayment } from '../../src/operations/delete-payment.ts';
import { endIdleSessions } from '../../src/operations/end-idle-sessions.ts';
import { cancelScaSession, rejectPayments } from '../../src/operations/end-sca-session.ts';
import { expireAuthorizations } from '../../src/operations/expire-authorizations.ts';
import { giveFactor } from '../../src/operations/give-factor.ts';
import { logIn } from '../../src/operations/log-in.ts';
import { openScaSession } from '../../src/operations/open-sca-session.ts';
import { readAuthorization } from '../../src/operations/read-authorization.ts';
import { rejectLapsedSubmissions } from '../../src/operations/reject-lapsed-submissions.ts';
import { revokeAuthorization } from '../../src/operations/revoke-authorization.ts';
import type { ScaAnswer, ScaCall } from '../../src/operations/sca-bank.ts';
import { submitPayment } from '../../src/operations/submit-payment.ts';
import { NO_AUTHORIZATION, PAYEE_ELSEWHERE, parsed } from '../bank-parts.ts';
import { LIISA, PEKKA, type ScaParts } from '../sca/sca-parts.ts';
import { ACCOUNTS, type AccountName, CUSTOMERS, OPENING_CENTS, type TOKENS, TPPS, type TppName } from './actions.ts';
import type { Settled } from './bank-model.ts';
import { openAccount } from './open-account.ts';

/** What an action was answered; to be asked when everything of its step is over. */
export type Told = () => string;

interface Session {
  readonly sessionId: string;
  readonly bundle: AuthorizationId;
  browser: string;
  /** What the customer sees as the step begins: the challenge a form is made for, and the code for it. */
  challengeId: string | undefined;
  code: string;
  isOver: boolean;
}

const UNAUTHORIZED_SECONDS = 24 * 3600;
const PASSWORDS = { liisa: LIISA, pekka: PEKKA } as const;

/** The real bank's operations, on accounts of this story's own. */
export class BankWorld {
  readonly parts: ScaParts;
  readonly story: string;
  readonly accounts: ReadonlyMap<AccountName, { accountId: string; iban: string }>;
  readonly payments = new Map<number, { paymentId: PaymentId; authorizationId: AuthorizationId; tpp: TppName }>();
  readonly #sessions = new Map<number, Session>();
  readonly #calls = new Map<string, { call: Promise<Call>; made: number }>();

  private constructor(parts: ScaParts, accounts: BankWorld['accounts']) {
    this.parts = parts;
    this.story = parts.identifiers.secret(6);
    this.accounts = accounts;
  }

  static async open(parts: ScaParts): Promise<BankWorld> {
    const accounts = new Map<AccountName, { accountId: string; iban: string }>();
    for (const customer of CUSTOMERS) {
      for (const name of ACCOUNTS[customer]) {
        accounts.set(name, await openAccount(parts, customer, { name, cents: OPENING_CENTS[name] }));
      }
    }
    return new BankWorld(parts, accounts);
  }

  /** Looks at every open page, before a step begins. */
  async look(): Promise<void> {
    await Promise.all(
      [...this.#sessions.values()].filter(({ isOver }) => !isOver).map((session) => this.#lookAt(session)),
    );
  }

  async #lookAt(session: Session): Promise<void> {
    const found = await this.parts.sca.store.findSession(session.sessionId);
    const { challenge, customerId, step } = found ?? {};
    session.isOver = step === 'ended';
    session.challengeId = challenge?.challengeId;
    if (challenge?.key === undefined || customerId === undefined) return;
    session.code = this.parts.sca.factorSecrets.keyCode(customerId, challenge.key.series, challenge.key.number);
  }

  /** Does it for real. */
  async perform(what: Settled): Promise<Told> {
    try {
      return await this.#perform(what);
    } catch (error) {
      if (!(error instanceof LupaError)) throw error;
      const { code } = error;
      return () => code;
    }
  }

  async #perform(what: Settled): Promise<Told> {
    const { parts } = this;
    switch (what.kind) {
      case 'create':
        return this.#create(what);
      case 'delete': {
        const call = await this.#callOf(what.tpp, 'client');
        return told(`now ${(await deletePayment(parts, call, this.#payment(what.payment).paymentId)).status}`);
      }
      case 'revoke': {
        const call = await this.#callOf(what.tpp, 'client');
        const { authorization } = await revokeAuthorization(parts, call, this.#bundle(what.bundle));
        return told(`now ${authorization.status}`);
      }
      case 'read': {
        const { authorization } = await readAuthorization(parts, await this.#call(what), this.#bundle(what.bundle));
        return told(authorization.status);
      }
      case 'log in':
        return this.#logIn(what);
      case 'choose':
      case 'approve':
      case 'reject':
      case 'cancel':
        return this.#inSession(what);
      case 'submit':
        return this.#submit(what);
      case 'book':
        return this.#book(what);
      case 'wait':
        parts.clock.advance(what.seconds * 1000);
        return told('done');
      case 'nothing':
        return told('nothing');
      case 'end idle sessions':
        return untilNothingIsLeft(() => endIdleSessions(parts.sca));
      case 'reject lapsed submissions':
        return untilNothingIsLeft(() => rejectLapsedSubmissions(parts));
      case 'expire authorizations':
        return untilNothingIsLeft(() => expireAuthorizations(parts, UNAUTHORIZED_SECONDS));
    }
  }

  /** Books whatever is due, so that the next story begins with an empty queue. */
  async end(): Promise<void> {
    this.parts.clock.advance(1_000);
    await untilNothingIsLeft(() => bookSubmissions(this.parts));
  }

  async #create({ place, joins, action }: Settled & { kind: 'create' }): Promise<Told> {
    const { tpp, cents, payee, order, count, key } = action;
    const iban = payee === 'elsewhere' ? PAYEE_ELSEWHERE : this.#account(payee).iban;
    const { payer: _chosenLater, ...request } = parsed({
      amountEUR: formatCents(asCents(cents)),
      payee: { iban, name: payee },
      paymentOrder: order,
      count,
      ...(joins !== undefined && { authorizationId: this.#bundle(joins) }),
    });
    const { payment, replayed } = await createPayment(this.parts, await this.#callOf(tpp, 'client'), {
      request,
      idempotencyKey: `${this.story} ${key}`,
      requestDigest: createHash('sha256').update(JSON.stringify(request)).digest(),
      signed: true,
      context: {},
    });
    const { paymentId, authorizationId } = payment;
    if (!replayed) this.payments.set(place, { paymentId, authorizationId, tpp });
    return () => {
      if (!replayed) return 'created';
      const [first] = [...this.payments].find(([, made]) => made.paymentId === paymentId) ?? [];
      return `replayed ${first}`;
    };
  }

  async #logIn({ place, bundle, customer }: Settled & { kind: 'log in' }): Promise<Told> {
    const { parts } = this;
    const { tpp } = this.#payment(bundle);
    const session: Session = {
      sessionId: parts.identifiers.secret(16),
      bundle: this.#bundle(bundle),
      browser: 'before login',
      challengeId: undefined,
      code: '',
      isOver: false,
    };
    this.#sessions.set(place, session);
    await openScaSession(parts.sca, {
      sessionId: session.sessionId,
      clientId: asClientId(tpp),
      authorizationId: session.bundle,
      browserDigest: digest(session.browser),
      requestId: 'request',
      language: 'fi',
      switchTo: undefined,
    });
    const browser = parts.identifiers.secret(32);
    const login = { ...PASSWORDS[customer], newBrowserDigest: digest(browser) };
    const answer = await logIn(parts.sca, callFrom(session), login);
    session.browser = browser;
    return told(wordFor(answer));
  }

  async #inSession(what: Settled & { kind: 'choose' | 'approve' | 'reject' | 'cancel' }): Promise<Told> {
    const { sca } = this.parts;
    const session = this.#sessions.get(what.session);
    if (session === undefined) throw new Error('no such session');
    const call = callFrom(session);
    switch (what.kind) {
      case 'approve':
        return told(wordFor(await giveFactor(sca, call, session.code)));
      case 'reject':
        return told(wordFor(await rejectPayments(sca, call)));
      case 'cancel':
        return told(wordFor(await cancelScaSession(sca, call)));
      case 'choose': {
        const paymentIds = what.shown.map((place) => this.#payment(place).paymentId);
        const account = this.#account(what.account).iban;
        return told(wordFor(await choosePayments(sca, call, { paymentIds, account, factor: 'keycode' })));
      }
    }
  }

  async #submit({ bundle, payment, action }: Settled & { kind: 'submit' }): Promise<Told> {
    const call = await this.#call({ bundle, token: action.token });
    const scenario = action.play === undefined ? undefined : parseSandboxScenario(action.play);
    const { paymentId } = this.#payment(payment);
    return told((await submitPayment(this.parts, call, paymentId, asSubmissionId(action.id), scenario)).status);
  }

  async #book({ payment, id }: Settled & { kind: 'book' }): Promise<Told> {
    const { ledger, identifiers, clock } = this.parts;
    const { paymentId } = this.#payment(payment);
    const job = { paymentId, submissionId: asSubmissionId(id) };
    const booking = { bookingId: identifiers.uuid(), archiveId: identifiers.archiveId(), at: clock.now() };
    return told(await ledger.book(job, { ...booking, auditEventId: identifiers.uuid() }));
  }

  #call({ bundle, token }: { bundle: number; token: (typeof TOKENS)[number] }) {
    const { tpp } = this.#payment(bundle);
    const otherTpp = TPPS.find((name) => name !== tpp) ?? tpp;
    const another = [...this.payments.values()].find(
      (made) => made.tpp === tpp && made.authorizationId !== this.#bundle(bundle),
    );
    switch (token) {
      case 'own':
        return this.#callOf(tpp, 'user', this.#bundle(bundle));
      case "the client's":
        return this.#callOf(tpp, 'client');
      case 'of another bundle':
        return this.#callOf(tpp, 'user', another?.authorizationId ?? NO_AUTHORIZATION);
      case "of the other TPP's":
        // Even one that names this very bundle reaches nothing of another client's.
        return this.#callOf(otherTpp, 'user', this.#bundle(bundle));
    }
  }

  /** Tokens live an hour; each is used again until that is nearly over. */
  #callOf(tpp: TppName, kind: 'client' | 'user', authorizationId?: AuthorizationId): Promise<Call> {
    const name = `${tpp} ${kind} ${authorizationId}`;
    const now = this.parts.clock.now().getTime();
    const known = this.#calls.get(name);
    if (known !== undefined && now - known.made < 3_000_000) return known.call;
    const call = this.parts.callOf(tpp, kind, authorizationId);
    this.#calls.set(name, { call, made: now });
    return call;
  }

  #payment(place: number) {
    const payment = this.payments.get(place);
    if (payment === undefined) throw new Error(`no payment was created at ${place}`);
    return payment;
  }

  /** A bundle has the place of the payment that opened it. */
  #bundle(place: number): AuthorizationId {
    return this.#payment(place).authorizationId;
  }

  #account(name: AccountName) {
    const account = this.accounts.get(name);
    if (account === undefined) throw new Error(`no account ${name}`);
    return account;
  }
}

const told =
  (what: string): Told =>
  () =>
    what;

async function untilNothingIsLeft(round: () => Promise<number>): Promise<Told> {
  while ((await round()) > 0);
  return told('done');
}

function wordFor(answer: ScaAnswer): string {
  return answer.kind === 'refused' ? answer.why : answer.kind;
}

function callFrom({ sessionId, browser, challengeId }: Session): ScaCall {
  return { sessionId, browserDigest: digest(browser), challengeId, tppName: 'A TPP', requestId: 'request' };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
