import { randomUUID } from 'node:crypto';
import type { SepaPayment } from '@lupa/protocol';
import { type Answer, jsonOf } from '../../../test/flow/support/https-call.ts';
import type { SeededRandom } from '../../../test/flow/support/seeded-random.ts';
import type { CustomerFacts } from '../history.ts';
import type { BankCall, BankCaller, Patience } from './bank-caller.ts';

/** An account of another bank: paid through settlement. */
const ELSEWHERE = 'FI2112345600000785';
const FORGETS_ONE_IN = 25;

/** A payment the TPP asked for, and what it knows of it. */
export interface Order {
  readonly call: BankCall;
  readonly paymentId: string;
  readonly authorizationId: string;
  readonly payer: CustomerFacts;
  readonly count: number;
}

/** What a payment shall be; the rest is chosen. */
export interface Wish {
  readonly payer?: CustomerFacts;
  readonly payeeIban?: string;
  readonly amountCents?: number;
  readonly count?: number;
  readonly authorizationId?: string;
  /** Of a customer, in the exemption flow. */
  readonly customerToken?: string;
}

/** What a TPP under load shares with the others of its run. */
export interface Surroundings {
  readonly customers: readonly CustomerFacts[];
  /** The bank's time, for what a TPP signs. */
  now(): Date;
  /** False when the run wants to end, whatever is still unanswered. */
  waits(): boolean;
}

/** One hand of a TPP: does one thing after another, as its own random numbers will have it. */
export class TppActor {
  readonly caller: BankCaller;
  readonly random: SeededRandom;
  readonly surroundings: Surroundings;
  /** Payments it made, the latest last. */
  readonly orders: Order[] = [];
  #clientToken: string | undefined;

  constructor(caller: BankCaller, random: SeededRandom, surroundings: Surroundings) {
    this.caller = caller;
    this.random = random;
    this.surroundings = surroundings;
  }

  chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }

  /** Sends until there is an answer. A client token that the bank does not know, or any more, is fetched anew. */
  async insist(call: BankCall): Promise<Answer | undefined> {
    const patience: Patience = {
      goesOn: () => this.surroundings.waits(),
      forgets: () => this.random.below(FORGETS_ONE_IN) === 0,
    };
    const answer = await this.caller.insist(call, patience);
    if (answer?.status !== 401 || call.token === undefined || call.token !== this.#clientToken) return answer;
    this.#clientToken = undefined;
    const token = await this.clientToken();
    return token === undefined ? answer : this.caller.insist({ ...call, token }, patience);
  }

  /** The client-credentials token; undefined where none is to be had. */
  async clientToken(): Promise<string | undefined> {
    if (this.#clientToken === undefined) {
      const form = { grant_type: 'client_credentials', scope: 'payments' };
      this.#clientToken = await this.tokenOf({ name: 'client token', ...TOKEN_CALL, form });
    }
    return this.#clientToken;
  }

  /** @returns the access token of a token call's answer */
  async tokenOf(call: BankCall): Promise<string | undefined> {
    const answer = await this.insist(call);
    return answer?.status === 200 ? jsonOf<{ access_token: string }>(answer).access_token : undefined;
  }

  /** Creates a payment. Now and then the same is sent twice at once, sent again, or sent again with another body. */
  async create(wish: Wish = {}): Promise<Order | undefined> {
    const payer = wish.payer ?? this.random.pick(this.surroundings.customers);
    const token = wish.customerToken ?? (await this.clientToken());
    if (token === undefined) return undefined;
    const idempotencyKey = randomUUID();
    const request = this.#request(payer, wish, idempotencyKey);
    const call: BankCall = {
      ...{ name: 'create', method: 'POST', path: '/sepa-payments', token, idempotencyKey },
      ...(wish.customerToken !== undefined && { customer: payer.username }),
      body: JSON.stringify(request),
    };
    const [twice, again, altered] = [this.chance(10), this.chance(15), this.chance(10)];
    const answers = await Promise.all(twice ? [this.insist(call), this.insist(call)] : [this.insist(call)]);
    const answer = answers.find((each) => each?.status === 201);
    if (again) await this.insist(call);
    if (altered) await this.insist({ ...call, body: JSON.stringify({ ...request, amountEUR: '0.07' }) });
    if (answer === undefined) return undefined;
    const { paymentId, authorizationId } = jsonOf<SepaPayment>(answer);
    const order: Order = { call, paymentId, authorizationId, payer, count: wish.count ?? 1 };
    this.orders.push(order);
    return order;
  }

  /** The customer's decision, taken in the sandbox. */
  async decideInSandbox(authorizationId: string, decision: 'sandbox-authorize' | 'sandbox-reject'): Promise<boolean> {
    const token = await this.clientToken();
    if (token === undefined) return false;
    const call: BankCall = {
      name: decision,
      method: 'POST',
      path: `/authorizations/${authorizationId}/${decision}`,
      token,
    };
    const answer = await this.insist(call);
    if (this.chance(10)) await this.insist(call);
    return answer?.status === 200;
  }

  /** @param token of the customer; without one the client's own submits what the sandbox authorized */
  async submit(order: Order, submissionId: string, token?: string, scenario?: string): Promise<Answer | undefined> {
    const own = token ?? (await this.clientToken());
    if (own === undefined) return undefined;
    const played = token === undefined ? `SandboxAuthorized=${order.authorizationId}` : scenario;
    return this.insist({
      name: 'submit',
      method: 'PUT',
      path: `/sepa-payments/${order.paymentId}/submissions/${submissionId}`,
      token: own,
      ...(token !== undefined && { customer: order.payer.username }),
      ...(played !== undefined && { scenario: played }),
    });
  }

  /** One of the calls that only name a payment or an authorization, with the client's own token. */
  async ask(name: BankCall['name'], method: 'GET' | 'DELETE', path: string): Promise<Answer | undefined> {
    const token = await this.clientToken();
    return token === undefined ? undefined : this.insist({ name, method, path, token });
  }

  #request(payer: CustomerFacts, wish: Wish, marker: string) {
    const account = this.random.pick(payer.accounts);
    const elsewhere = this.random.below(3) === 0;
    const other = this.random.pick(this.surroundings.customers);
    const payeeIban =
      wish.payeeIban ?? (elsewhere || other === payer ? ELSEWHERE : (other.accounts[0]?.iban ?? ELSEWHERE));
    const amountCents = wish.amountCents ?? 1 + this.random.below(40_00);
    const count = wish.count ?? 1;
    return {
      payee: { iban: payeeIban, name: 'Somebody' },
      payer: { iban: account.iban },
      message: marker,
      amountEUR: `${Math.floor(amountCents / 100)}.${String(amountCents % 100).padStart(2, '0')}`,
      ...(count > 1 && { count }),
      ...(this.chance(20) && { paymentOrder: 'SEPA_INST' }),
      ...(wish.authorizationId !== undefined && { authorizationId: wish.authorizationId }),
    };
  }
}

export const TOKEN_CALL = { method: 'POST', path: '/oauth/token' } as const;
