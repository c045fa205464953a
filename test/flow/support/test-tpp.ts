import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:https';
import {
  type Authorization,
  type ErrorBody,
  type FindKey,
  type SepaPayment,
  type SepaPaymentRequest,
  signDetached,
} from '@lupa/protocol';
import { type CustomerScript, playCustomer } from '@lupa/sandbox';
import { authorizationUrl, type RequestObjectWishes } from './authorization-url.ts';
import { type Answer, callHttps, jsonOf } from './https-call.ts';
import { assertSignedAnswer, fetchResponseKeys } from './response-keys.ts';
import type { TppIdentity } from './tpp-identity.ts';

/** Where a running bank is, as `lupa up --json` tells it. */
export interface BankAddresses {
  readonly api: string;
  readonly authorize: string;
}

export interface Call {
  readonly method?: string;
  /** Below `/payments-psd2/v1`. */
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: string | Uint8Array;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

/** The body of the workflow document's sample. */
export const SAMPLE: SepaPaymentRequest = {
  payee: { iban: 'FI4950009420028730', name: 'Test_Person' },
  payer: { iban: 'FI9259995020084225' },
  message: 'test_payment',
  amountEUR: '4.00',
};

const AINO = { username: 'aino', password: 'aino-salasana' };

/** A TPP that says exactly what a test tells it to, and checks the signature of every answer of the payments API. */
export class TestTpp {
  readonly identity: TppIdentity;
  readonly bank: BankAddresses;
  readonly #keys: FindKey;
  readonly #agent: Agent;

  private constructor(identity: TppIdentity, bank: BankAddresses, keys: FindKey, keepAlive: boolean) {
    this.identity = identity;
    this.bank = bank;
    this.#keys = keys;
    this.#agent = new Agent({ keepAlive });
  }

  /** @param keepAlive `false` makes a connection for every call */
  static async of(identity: TppIdentity, bank: BankAddresses, { keepAlive = true } = {}): Promise<TestTpp> {
    return new TestTpp(identity, bank, await fetchResponseKeys(bank.authorize), keepAlive);
  }

  /** One call of the payments API. A header that is `undefined` is left out. */
  async call({ method = 'GET', path, token, headers = {}, body }: Call): Promise<Answer> {
    const sent = {
      'x-api-key': this.identity.apiKey,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    };
    const answer = await callHttps({
      url: `${this.bank.api}/payments-psd2/v1${path}`,
      method,
      tls: this.identity.tls,
      agent: this.#agent,
      headers: Object.fromEntries(
        Object.entries(sent).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      ...(body === undefined ? {} : { body }),
    });
    assertSignedAnswer(answer, this.#keys);
    return answer;
  }

  /** One call of the token endpoint, with the client's id and secret unless a field says otherwise. */
  form(fields: Readonly<Record<string, string>>, path = '/oauth/token'): Promise<Answer> {
    const { clientId, clientSecret, tls } = this.identity;
    return callHttps({
      url: `${this.bank.api}${path}`,
      method: 'POST',
      tls,
      agent: this.#agent,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields }).toString(),
    });
  }

  async clientToken(): Promise<string> {
    const answer = await this.form({ grant_type: 'client_credentials', scope: 'payments' });
    assert.equal(answer.status, 200, answer.bytes.toString());
    return jsonOf<Tokens>(answer).access_token;
  }

  /** `POST /sepa-payments`, signed; anything of it can be said otherwise. */
  create(
    token: string,
    payment: object | string | Uint8Array = SAMPLE,
    headers: Call['headers'] = {},
  ): Promise<Answer> {
    const body =
      typeof payment === 'string' || payment instanceof Uint8Array
        ? Buffer.from(payment)
        : Buffer.from(JSON.stringify(payment));
    return this.call({
      method: 'POST',
      path: '/sepa-payments',
      token,
      body,
      headers: {
        'content-type': 'application/json',
        'x-idempotency-key': randomUUID(),
        'x-jws-signature': signDetached(body, this.identity.signer),
        ...headers,
      },
    });
  }

  /** A payment that now exists. */
  async created(token: string, change: Partial<SepaPaymentRequest> = {}): Promise<SepaPayment> {
    const answer = await this.create(token, { ...SAMPLE, ...change });
    assert.equal(answer.status, 201, answer.bytes.toString());
    return jsonOf<SepaPayment>(answer);
  }

  submit(token: string, paymentId: string, submissionId: string = randomUUID()): Promise<Answer> {
    const path = `/sepa-payments/${paymentId}/submissions/${submissionId}`;
    return this.call({ method: 'PUT', path, token, headers: { 'content-length': '0' } });
  }

  async readPayment(token: string, paymentId: string): Promise<SepaPayment> {
    return jsonOf<SepaPayment>(await this.call({ path: `/sepa-payments/${paymentId}`, token }));
  }

  async readAuthorization(token: string, authorizationId: string): Promise<Authorization> {
    return jsonOf<Authorization>(await this.call({ path: `/authorizations/${authorizationId}`, token }));
  }

  authorizationUrl(authorizationId: string, wishes: Partial<RequestObjectWishes> = {}): string {
    return authorizationUrl(this.identity, this.bank, { authorizationId, ...wishes });
  }

  /** Sends the customer through the pages. @returns where the bank sent them afterwards */
  async sendCustomer(authorizationId: string, script: Partial<CustomerScript> = {}): Promise<URL> {
    return new URL(
      await playCustomer({ authorizationUrl: this.authorizationUrl(authorizationId), ...AINO, ...script }),
    );
  }

  /** A code the customer just approved. */
  async approvedCode(authorizationId: string, script: Partial<CustomerScript> = {}): Promise<string> {
    const callback = await this.sendCustomer(authorizationId, script);
    const code = callback.searchParams.get('code');
    assert.ok(code, callback.href);
    return code;
  }

  exchange(code: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.form({ grant_type: 'authorization_code', code, redirect_uri: this.identity.redirectUri, ...fields });
  }

  /** The customer's tokens for a bundle, after the whole way through the pages. */
  async userTokens(authorizationId: string, script: Partial<CustomerScript> = {}): Promise<Tokens> {
    const answer = await this.exchange(await this.approvedCode(authorizationId, script));
    assert.equal(answer.status, 200, answer.bytes.toString());
    return jsonOf<Tokens>(answer);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Asserts what a refused call of the payments API says, beside its signature. */
export function assertRefused(
  answer: Answer,
  status: number,
  type: ErrorBody['type'],
  ...violations: readonly string[]
): ErrorBody {
  const body = jsonOf<ErrorBody>(answer);
  assert.deepEqual(
    { status: answer.status, type: body.type, violations: body.violations.map(({ type, path }) => `${type} ${path}`) },
    { status, type, violations },
    answer.bytes.toString(),
  );
  assert.equal(body.id, answer.headers['x-request-id']);
  assert.ok(body.message.length > 0);
  return body;
}
