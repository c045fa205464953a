import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buildExemptionClaims, type SepaPayment, signCompactJws } from '@lupa/protocol';
import { type Answer, jsonOf } from './https-call.ts';
import type { StoreContents } from './store-contents.ts';
import type { TestTpp, Tokens } from './test-tpp.ts';

/** The accounts of the sandbox's customers. */
export const AINO = 'FI9259995020084225';
export const AINO_SAVINGS = 'FI3252999600300040';
export const VILLE = 'FI5850009420172322';
const MIKKO = 'FI4950009420028730';

/** What a payment of these tests is, in the amount and from account to account. */
export function payment(amountEUR: string, { payer = AINO, payee = MIKKO } = {}) {
  return {
    payee: { iban: payee, name: 'Test_Person' },
    payer: { iban: payer },
    message: 'test_payment',
    amountEUR,
  };
}

/** A TPP whose customer has authorized it once: what it holds lets it try the exemption flow (contract §9). */
export class ExemptTpp {
  readonly tpp: TestTpp;
  #refreshToken: string;
  /** Token E1: stands for the customer. */
  #customerToken: string;

  private constructor(tpp: TestTpp, tokens: Tokens) {
    this.tpp = tpp;
    this.#refreshToken = tokens.refresh_token;
    this.#customerToken = tokens.access_token;
  }

  /** The customer authenticates for this TPP, which starts the count anew, and step 1 of the exemption flow follows. */
  static async after(tpp: TestTpp, username = 'aino', payer = AINO): Promise<ExemptTpp> {
    const { authorizationId } = await tpp.created(await tpp.clientToken(), payment('1.00', { payer }));
    const password = `${username}-salasana`;
    const exempt = new ExemptTpp(tpp, await tpp.userTokens(authorizationId, { username, password }));
    await exempt.renew();
    return exempt;
  }

  get customerToken(): string {
    return this.#customerToken;
  }

  get refreshToken(): string {
    return this.#refreshToken;
  }

  /** Step 1 */
  async renew(): Promise<void> {
    const answer = await this.tpp.form({
      grant_type: 'refresh_token',
      refresh_token: this.#refreshToken,
      scope: 'payments',
    });
    assert.equal(answer.status, 200, answer.bytes.toString());
    const tokens = jsonOf<Tokens>(answer);
    this.#refreshToken = tokens.refresh_token;
    this.#customerToken = tokens.access_token;
  }

  /** Step 2 */
  async created(wished: ReturnType<typeof payment>): Promise<SepaPayment> {
    const answer = await this.tpp.create(this.#customerToken, wished);
    assert.equal(answer.status, 201, answer.bytes.toString());
    return jsonOf<SepaPayment>(answer);
  }

  /** Step 3; claims that are `undefined` are left out. */
  assertion(authorizationId: string, claims: Readonly<Record<string, unknown>> = {}): string {
    const { identity, bank } = this.tpp;
    const built = buildExemptionClaims({
      clientId: identity.clientId,
      audience: bank.api,
      authorizationId,
      state: '1234',
      nonce: randomUUID(),
      issuedAtSeconds: Math.floor(Date.now() / 1000),
    });
    const payload = { ...built, ...claims };
    return signCompactJws(Buffer.from(JSON.stringify(payload)), { ...identity.signer, typ: 'JWT' });
  }

  /** Step 4 */
  ask(assertion: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    return this.tpp.form({ grant_type, assertion, scope: 'payments', response_type: 'token', ...fields });
  }

  /** Steps 2 to 4. */
  async tried(wished: ReturnType<typeof payment>): Promise<{ payment: SepaPayment; answer: Answer }> {
    const created = await this.created(wished);
    // Without times: these tests move the bank's clock, and the workflow document's sample has none either.
    const assertion = this.assertion(created.authorizationId, { iat: undefined, exp: undefined });
    return { payment: created, answer: await this.ask(assertion) };
  }

  /** Steps 2 to 4, which must succeed. */
  async granted(wished: ReturnType<typeof payment>): Promise<{ payment: SepaPayment; token: string }> {
    const { payment: created, answer } = await this.tried(wished);
    assert.equal(answer.status, 200, answer.bytes.toString());
    return { payment: created, token: jsonOf<Tokens>(answer).access_token };
  }

  /** Steps 2 to 4, which must be refused for this reason. */
  async refused(wished: ReturnType<typeof payment>, why: string): Promise<SepaPayment> {
    const { payment: created, answer } = await this.tried(wished);
    assertInvalidGrant(answer, why);
    return created;
  }
}

export function assertInvalidGrant(answer: Answer, why: string): void {
  assert.deepEqual([answer.status, jsonOf<object>(answer)], [400, { error: 'invalid_grant', error_description: why }]);
}

/** What the customer has used up, as the store counts it. */
export async function exemptionsCounted(store: StoreContents, iban = AINO): Promise<{ count: number; cents: number }> {
  const [row] = await store.query<{ count: number; cents: string }>(
    `SELECT granted_count AS count, granted_cents AS cents FROM exemption_counters c
    JOIN accounts a ON a.customer_id = c.customer_id WHERE a.iban = $1`,
    [iban],
  );
  return { count: row?.count ?? 0, cents: Number(row?.cents ?? 0) };
}
