import { randomUUID } from 'node:crypto';
import { buildExemptionClaims, JWT_BEARER_GRANT, signCompactJws } from '@lupa/protocol';
import { jsonOf } from '../../../test/flow/support/https-call.ts';
import type { CustomerFacts } from '../history.ts';
import type { UserTokens } from './customer-visit.ts';
import { type Order, TOKEN_CALL, type TppActor } from './tpp-actor.ts';

/** What a TPP keeps of a customer who approved once. */
export interface Wallet {
  readonly customer: CustomerFacts;
  readonly authorizationId: string;
  refreshToken: string;
}

/** Pays without asking the customer again (contract §9): once, or twice at the same moment. @returns false where the wallet is of no use any more */
export async function payExempt(actor: TppActor, wallet: Wallet): Promise<boolean> {
  const customerToken = await refresh(actor, wallet);
  if (customerToken === undefined) return false;
  const wishes = Array.from({ length: actor.chance(40) ? 2 : 1 }, () => ({
    payer: wallet.customer,
    customerToken,
    amountCents: actor.chance(10) ? 30_00 : 1 + actor.random.below(29_99),
    ...(actor.chance(15) && { payeeIban: wallet.customer.accounts[1]?.iban ?? '' }),
  }));
  await Promise.all(
    wishes.map(async (wish) => {
      const order = await actor.create(wish);
      const token = order && (await askExemption(actor, order));
      if (order === undefined || token === undefined) return;
      await submitExempt(actor, order, token);
    }),
  );
  return true;
}

async function submitExempt(actor: TppActor, order: Order, token: string): Promise<void> {
  const submissionId = randomUUID();
  const fate = actor.random.below(10);
  if (fate === 0) await actor.ask('delete payment', 'DELETE', `/sepa-payments/${order.paymentId}`);
  // Refused or put off, so that what was granted is given back, or hangs until midnight.
  const scenario = fate === 1 ? 'PaymentSystemUnavailable' : fate === 2 ? 'PaymentFail' : undefined;
  if (scenario !== undefined) await actor.submit(order, submissionId, token, scenario);
  if (scenario !== undefined && actor.chance(50)) return;
  const twice = fate === 3 ? [actor.submit(order, randomUUID(), token)] : [];
  await Promise.all([actor.submit(order, submissionId, token), ...twice]);
}

/** Step 1. The old token stays usable until the new one is used, so that a lost answer costs nothing. */
async function refresh(actor: TppActor, wallet: Wallet): Promise<string | undefined> {
  const form = { grant_type: 'refresh_token', refresh_token: wallet.refreshToken, scope: 'payments' };
  const answer = await actor.insist({ name: 'refresh', ...TOKEN_CALL, about: wallet.authorizationId, form });
  if (answer?.status !== 200) return undefined;
  const tokens = jsonOf<UserTokens>(answer);
  wallet.refreshToken = tokens.refresh_token;
  return tokens.access_token;
}

/** Steps 3 and 4. An assertion is good once: where its answer is lost, another one is signed. */
async function askExemption(actor: TppActor, order: Order): Promise<string | undefined> {
  const { identity, bank } = actor.caller;
  for (let tries = 0; tries < 20 && actor.surroundings.waits(); tries += 1) {
    const claims = buildExemptionClaims({
      clientId: identity.clientId,
      audience: bank.api,
      authorizationId: order.authorizationId,
      state: '1234',
      nonce: randomUUID(),
      issuedAtSeconds: 0,
    });
    // Without times: the bank's clock is moved, and the workflow document's sample has none either.
    const payload = Buffer.from(JSON.stringify({ ...claims, iat: undefined, exp: undefined }));
    const assertion = signCompactJws(payload, { ...identity.signer, typ: 'JWT' });
    const form = { grant_type: JWT_BEARER_GRANT, assertion, scope: 'payments', response_type: 'token' };
    const answer = await actor.caller.send({
      name: 'ask exemption',
      ...TOKEN_CALL,
      about: order.authorizationId,
      customer: order.payer.username,
      form,
    });
    if (answer?.status === 200) return jsonOf<UserTokens>(answer).access_token;
    if (answer !== undefined && answer.status !== 503 && answer.status !== 429) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  return undefined;
}
