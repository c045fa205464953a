import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VisitLine } from '../history.ts';
import { pickWeighted } from '../pick-weighted.ts';
import { visitBank } from './customer-visit.ts';
import { payExempt, type Wallet } from './exemption-story.ts';
import type { Order, TppActor } from './tpp-actor.ts';

const MOST_WALLETS = 3;
const LONGEST_PAUSE_MS = 25;

/** Plays stories until told to stop; each is chosen by the actor's own random numbers. */
export async function playStories(actor: TppActor, goesOn: () => boolean): Promise<void> {
  const wallets: Wallet[] = [];
  // Half of them have a customer approve something before anything else, so that there are exemptions to ask for.
  if (actor.chance(50)) await payAtTheBank(actor, wallets);
  while (goesOn()) {
    await pickWeighted(actor.random, STORIES)(actor, wallets);
    await sleep(actor.random.below(LONGEST_PAUSE_MS));
  }
}

type Story = (actor: TppActor, wallets: Wallet[]) => Promise<void>;

/** Each with how often it is played. */
const STORIES: readonly (readonly [story: Story, weight: number])[] = [
  [payOnce, 30],
  [payBundle, 16],
  [payRecurring, 10],
  [payAtTheBank, 9],
  [paySmall, 30],
  [look, 9],
  [repeatAnOldOrder, 4],
];
/** One payment, approved in the sandbox or not, and submitted: as a TPP should, or twice at once, with one id or with two. */
async function payOnce(actor: TppActor): Promise<void> {
  const order = await actor.create();
  if (order === undefined) return;
  const { authorizationId, paymentId } = order;
  if (actor.chance(6)) {
    await actor.decideInSandbox(authorizationId, 'sandbox-reject');
    await actor.submit(order, randomUUID());
    return;
  }
  if (actor.chance(5)) {
    // Not approved by anybody.
    await actor.submit(order, randomUUID());
  }
  if (!(await actor.decideInSandbox(authorizationId, 'sandbox-authorize'))) return;
  if (actor.chance(8)) await actor.ask('delete payment', 'DELETE', `/sepa-payments/${paymentId}`);
  await submitSomehow(actor, order);
  if (actor.chance(40)) await actor.ask('read payment', 'GET', `/sepa-payments/${paymentId}?include=submissions`);
}

async function submitSomehow(actor: TppActor, order: Order, token?: string): Promise<void> {
  const id = randomUUID();
  switch (actor.random.below(4)) {
    case 0: {
      await Promise.all([actor.submit(order, id, token), actor.submit(order, id, token)]);
      return;
    }
    case 1: {
      await Promise.all([actor.submit(order, id, token), actor.submit(order, randomUUID(), token)]);
      return;
    }
    case 2: {
      await actor.submit(order, id, token);
      await actor.ask('read submission', 'GET', `/sepa-payments/${order.paymentId}/submissions/${id}`);
      await actor.submit(order, id, token);
      return;
    }
    default:
      await actor.submit(order, id, token);
  }
}

/** Several payments in one authorization; some join at the same moment, one may be deleted, the rest may be revoked. */
async function payBundle(actor: TppActor): Promise<void> {
  const payer = actor.random.pick(actor.surroundings.customers);
  const first = await actor.create({ payer });
  if (first === undefined) return;
  const { authorizationId } = first;
  const joins = Array.from({ length: 1 + actor.random.below(4) }, () => actor.create({ payer, authorizationId }));
  const bundle = [first, ...(await Promise.all(joins)).filter((order) => order !== undefined)];
  if (actor.chance(25)) {
    await actor.ask('delete payment', 'DELETE', `/sepa-payments/${actor.random.pick(bundle).paymentId}`);
  }
  if (!(await actor.decideInSandbox(authorizationId, 'sandbox-authorize'))) return;
  const revokes = actor.chance(30);
  const submitted = revokes ? bundle.slice(0, 1) : bundle;
  await Promise.all([
    ...submitted.map((order) => actor.submit(order, randomUUID())),
    ...(revokes ? [actor.ask('revoke authorization', 'DELETE', `/authorizations/${authorizationId}`)] : []),
  ]);
  await actor.ask('read authorization', 'GET', `/authorizations/${authorizationId}?include=payments`);
}

/** One payment that may be submitted so often, and is submitted once more. */
async function payRecurring(actor: TppActor): Promise<void> {
  const count = 2 + actor.random.below(4);
  const order = await actor.create({ count, amountCents: 1 + actor.random.below(3_00) });
  if (order === undefined || !(await actor.decideInSandbox(order.authorizationId, 'sandbox-authorize'))) return;
  const revokesAfter = actor.chance(25) ? actor.random.below(count) : count + 1;
  const submissions = Array.from({ length: Math.min(count + 1, revokesAfter) }, () => randomUUID());
  if (actor.chance(50)) await Promise.all(submissions.map((id) => actor.submit(order, id)));
  else for (const id of submissions) await actor.submit(order, id);
  if (revokesAfter <= count) {
    await actor.ask('revoke authorization', 'DELETE', `/authorizations/${order.authorizationId}`);
  }
  await actor.ask('read submissions', 'GET', `/sepa-payments/${order.paymentId}/submissions`);
}

/** The true pages: the customer approves all or some, rejects, or cancels. */
async function payAtTheBank(actor: TppActor, wallets: Wallet[]): Promise<void> {
  const payer = actor.random.pick(actor.surroundings.customers);
  const first = await actor.create({ payer });
  if (first === undefined) return;
  const second = actor.chance(40) ? await actor.create({ payer, authorizationId: first.authorizationId }) : undefined;
  const decision: VisitLine['decision'] = actor.chance(80)
    ? 'approve'
    : actor.random.pick(['reject', 'cancel'] as const);
  const some = second !== undefined && actor.chance(40) ? { payments: [first.paymentId] } : {};
  const { authorizationId } = first;
  const tokens = await visitBank(actor, payer, authorizationId, { decision, ...some });
  if (tokens === undefined) return;
  await Promise.all([first, second].map((order) => order && submitSomehow(actor, order, tokens.access_token)));
  wallets.push({ customer: payer, authorizationId, refreshToken: tokens.refresh_token });
  if (wallets.length > MOST_WALLETS) wallets.shift();
}

async function paySmall(actor: TppActor, wallets: Wallet[]): Promise<void> {
  if (wallets.length === 0) return payAtTheBank(actor, wallets);
  const wallet = actor.random.pick(wallets);
  if (!(await payExempt(actor, wallet))) wallets.splice(wallets.indexOf(wallet), 1);
}

/** Reads something it made earlier. */
async function look(actor: TppActor): Promise<void> {
  if (actor.orders.length === 0) return;
  const { paymentId, authorizationId } = actor.random.pick(actor.orders);
  switch (actor.random.below(4)) {
    case 0:
      await actor.ask('read payment', 'GET', `/payments/${paymentId}?include=submissions`);
      return;
    case 1:
      await actor.ask('read payments of authorization', 'GET', `/authorizations/${authorizationId}/payments`);
      return;
    case 2:
      await actor.ask('read submissions', 'GET', `/sepa-payments/${paymentId}/submissions`);
      return;
    default:
      await actor.ask('read authorization', 'GET', `/authorizations/${authorizationId}?include=payments`);
  }
}

/** The same key and body as once before, whatever has become of the payment. */
async function repeatAnOldOrder(actor: TppActor): Promise<void> {
  if (actor.orders.length > 0) await actor.insist(actor.random.pick(actor.orders).call);
}
