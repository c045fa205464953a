import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SepaPayment, Submission } from '@lupa/protocol';
import { type Answer, jsonOf } from './https-call.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { TestTpp } from './test-tpp.ts';

/** A payment that was approved beforehand, to be submitted under load. */
export interface ApprovedPayment {
  readonly paymentId: string;
  readonly amountCents: number;
  readonly payeeIban: string;
  readonly payerIban: string;
  /** How often it may be submitted. */
  readonly count: number;
  /** The token of its customer. */
  readonly token: string;
}

/** What the bank answered for: it must be found again after any crash. */
export interface Acknowledged {
  /** By idempotency key. */
  readonly creations: Map<string, SepaPayment>;
  /** Keys of each bundle that payments were added to, the first one's included. */
  readonly bundles: Map<string, string[]>;
  /** `submissionId`s of each payment. */
  readonly submissions: Map<string, string[]>;
  readonly tokens: string[];
  /** Calls that had to be sent again because no answer came. */
  resent: number;
}

export interface CrashLoad {
  readonly tpp: TestTpp;
  readonly clientToken: string;
  readonly payments: readonly ApprovedPayment[];
  readonly random: SeededRandom;
  readonly acknowledged: Acknowledged;
  /** Ends the workers even in the middle of a call: the test has failed. */
  readonly givenUp: AbortSignal;
}

const PAUSE_MS = 40;
const MAX_IN_BUNDLE = 20;
const NO_ANSWER: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT']);

export function nothingAcknowledged(): Acknowledged {
  return { creations: new Map(), bundles: new Map(), submissions: new Map(), tokens: [], resent: 0 };
}

/**
 * Creates, submits, repeats and fetches tokens, one call after another, until told to stop. A call without an answer is sent
 * again, the same in every byte, until there is one: when this ends, nothing is in doubt.
 */
export async function runWorker(load: CrashLoad, goesOn: () => boolean): Promise<void> {
  const { random } = load;
  while (goesOn()) {
    const choice = random.below(100);
    if (choice < 35) await createOne(load);
    else if (choice < 80) await submitOne(load);
    else if (choice < 85) await repeatCreation(load);
    else if (choice < 95) await repeatSubmission(load);
    else await fetchToken(load);
  }
}

/** Sends until an answer comes. A bank that is starting, or has lost its store for a moment, is asked again. */
async function insist({ acknowledged, givenUp }: CrashLoad, send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      const answer = await send();
      if (answer.status !== 503) return answer;
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
    }
    givenUp.throwIfAborted();
    acknowledged.resent += 1;
    await sleep(PAUSE_MS);
  }
}

function isNoAnswer(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Refused on both addresses of localhost, Node reports the two together.
  const all = error instanceof AggregateError ? error.errors : [error];
  return all.every((each) => NO_ANSWER.has(each.code) || each.message === 'aborted');
}

async function createOne(load: CrashLoad): Promise<void> {
  const { tpp, clientToken, random, acknowledged } = load;
  const key = randomUUID();
  const open = [...acknowledged.bundles].filter(([, keys]) => keys.length < MAX_IN_BUNDLE).map(([id]) => id);
  const joins = open.length > 0 && random.below(3) > 0 ? random.pick(open) : undefined;
  const payment = {
    payee: { iban: 'FI4950009420028730', name: 'Test Person' },
    message: key,
    amountEUR: `${1 + random.below(9)}.00`,
    ...(joins === undefined ? {} : { authorizationId: joins }),
  };
  // Counted before the answer, so that no two workers overfill a bundle between them.
  if (joins !== undefined) acknowledged.bundles.get(joins)?.push(key);
  const answer = await insist(load, () => tpp.create(clientToken, payment, { 'x-idempotency-key': key }));
  assert.equal(answer.status, 201, answer.bytes.toString());
  const made = jsonOf<SepaPayment>(answer);
  acknowledged.creations.set(key, made);
  if (joins === undefined) acknowledged.bundles.set(made.authorizationId, [key]);
}

async function submitOne(load: CrashLoad): Promise<void> {
  const { tpp, payments, random, acknowledged } = load;
  const used = (paymentId: string) => acknowledged.submissions.get(paymentId) ?? [];
  const open = payments.filter(({ paymentId, count }) => used(paymentId).length < count);
  if (open.length === 0) return;
  const { paymentId, token } = random.pick(open);
  const submissionId = randomUUID();
  acknowledged.submissions.set(paymentId, [...used(paymentId), submissionId]);
  const answer = await insist(load, () => tpp.submit(token, paymentId, submissionId));
  assert.equal(answer.status, 200, answer.bytes.toString());
  assert.equal(jsonOf<Submission>(answer).submissionId, submissionId);
}

/** The same key and body as once before: the same payment. */
async function repeatCreation(load: CrashLoad): Promise<void> {
  const { tpp, clientToken, random, acknowledged } = load;
  const known = [...acknowledged.creations];
  if (known.length === 0) return;
  const [key, payment] = random.pick(known);
  const { payee, message, amountEUR, authorizationId } = payment;
  const joined = acknowledged.bundles.get(authorizationId)?.[0] === key ? {} : { authorizationId };
  const body = { payee: { iban: payee.iban, name: payee.name }, message, amountEUR, ...joined };
  const answer = await insist(load, () => tpp.create(clientToken, body, { 'x-idempotency-key': key }));
  assert.equal(answer.status, 201, answer.bytes.toString());
  assert.equal(answer.headers['idempotent-replayed'], 'true');
  assert.deepEqual(jsonOf<SepaPayment>(answer), payment);
}

/** The same id as once before: the same submission. */
async function repeatSubmission(load: CrashLoad): Promise<void> {
  const { tpp, payments, random, acknowledged } = load;
  const { paymentId, token } = random.pick(payments);
  const ids = acknowledged.submissions.get(paymentId) ?? [];
  if (ids.length === 0) return;
  const submissionId = random.pick(ids);
  const answer = await insist(load, () => tpp.submit(token, paymentId, submissionId));
  assert.equal(answer.status, 200, answer.bytes.toString());
  assert.equal(jsonOf<Submission>(answer).submissionId, submissionId);
}

async function fetchToken(load: CrashLoad): Promise<void> {
  const { tpp, acknowledged } = load;
  const fields = { grant_type: 'client_credentials', scope: 'payments' };
  const answer = await insist(load, () => tpp.form(fields));
  assert.equal(answer.status, 200, answer.bytes.toString());
  acknowledged.tokens.push(jsonOf<{ access_token: string }>(answer).access_token);
}
