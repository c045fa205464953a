import {
  HEADERS,
  parseAmountEUR,
  parseIdempotencyKey,
  type SepaPayment,
  type SepaPaymentRequest,
  signDetached,
} from '@lupa/protocol';
import type { Connection } from './connection.ts';
import { type CustomerContext, customerHeaders } from './customer-context.ts';
import { parseSepaPayment } from './parse-answers.ts';
import { callPaymentsApi } from './payments-api.ts';
import type { CallOptions } from './settings.ts';
import { argumentInvalid, TppError } from './tpp-error.ts';
import type { UserTokens } from './user-tokens.ts';
import { uuid } from './uuid.ts';

export interface CreateOptions extends CallOptions {
  /** 1–200 printable ASCII characters, one for each payment you mean to make; a UUID when absent. Keep it to call again. */
  readonly idempotencyKey?: string;
  readonly customer?: CustomerContext;
}

/** Payments that the customer approves together. */
export interface Bundle {
  readonly authorizationId: string;
  readonly payments: readonly SepaPayment[];
}

/** The bank's own limit is 255; a bundle adds a number to it. */
const MAX_KEY_LENGTH = 200;

export async function createPayment(
  connection: Connection,
  request: SepaPaymentRequest,
  options: CreateOptions,
): Promise<SepaPayment> {
  const idempotencyKey = idempotencyKeyOf(connection, options);
  return createSepaPayment(connection, request, { idempotencyKey }, options);
}

export async function createBundle(
  connection: Connection,
  requests: readonly SepaPaymentRequest[],
  options: CreateOptions,
): Promise<Bundle> {
  if (requests.some(({ authorizationId }) => authorizationId !== undefined)) {
    throw argumentInvalid('a payment of a new bundle has an authorizationId already');
  }
  const [first, ...others] = requests;
  if (first === undefined) throw argumentInvalid('a bundle needs a payment');
  const idempotencyKey = idempotencyKeyOf(connection, options);
  const deadline = connection.deadline(options);
  // Each payment has its own key, made from the bundle's: the whole can be called again with that one.
  const create = (request: SepaPaymentRequest, index: number) => {
    const rest = { ...options, deadlineMs: deadline.remainingMs() };
    const key = { idempotencyKey: `${idempotencyKey}.${index}`, retryWith: { idempotencyKey } };
    return createSepaPayment(connection, request, key, rest);
  };
  const payment = await create(first, 0);
  const { authorizationId } = payment;
  const payments = [payment];
  for (const request of others) payments.push(await create({ ...request, authorizationId }, payments.length));
  return { authorizationId, payments };
}

/** Sends a request for a SEPA payment, in the client's own name or, with the customer's tokens, in theirs. */
export function createSepaPayment(
  connection: Connection,
  request: SepaPaymentRequest,
  post: Pick<PostedPayment<SepaPayment>, 'idempotencyKey' | 'retryWith' | 'tokens'>,
  options: CreateOptions,
): Promise<SepaPayment> {
  const read = (json: unknown) => matchRequest(parseSepaPayment(json), request);
  return postPayment(connection, { ...post, path: '/sepa-payments', request, read }, options);
}

/** A request for a payment, and under which key it is sent. */
export interface PostedPayment<Answer> {
  readonly path: string;
  readonly request: object;
  readonly read: (json: unknown) => Answer;
  readonly idempotencyKey: string;
  /** What the caller is told to call again with, where that is another key: of a bundle its own, and not that of one payment. */
  readonly retryWith?: { readonly idempotencyKey: string };
  /** The customer's, in the exemption flow; the client's own when absent. */
  readonly tokens?: UserTokens | undefined;
}

/** Sends a request for a payment of whichever type, signed. */
export async function postPayment<Answer>(
  connection: Connection,
  post: PostedPayment<Answer>,
  options: CreateOptions,
): Promise<Answer> {
  const { path, read, idempotencyKey, tokens, retryWith = { idempotencyKey } } = post;
  const body = Buffer.from(JSON.stringify(post.request));
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    [HEADERS.idempotencyKey]: idempotencyKey,
    [HEADERS.jwsSignature]: signDetached(body, connection.bodySigner),
    ...customerHeaders(options.customer),
  };
  return callPaymentsApi(connection, { method: 'POST', path, body, headers, tokens, retryWith, read }, options);
}

/** The bank repeats what it was asked for (contract §5); an answer about other money is not ours, however well signed. */
export function matchRequest(payment: SepaPayment, request: SepaPaymentRequest): SepaPayment {
  const { payee, payer, message, reference, count = 1, authorizationId = payment.authorizationId } = request;
  checkAnswered({
    amountEUR: [parseAmountEUR(payment.amountEUR), parseAmountEUR(request.amountEUR)],
    'payee.iban': [payment.payee.iban, payee.iban],
    'payer.iban': [payment.payer?.iban, payer?.iban ?? payment.payer?.iban],
    message: [payment.message, message],
    reference: [payment.reference, reference],
    count: [payment.count, count],
    authorizationId: [payment.authorizationId, authorizationId],
  });
  return payment;
}

/** @throws TppError ANSWER_MISMATCH naming the first member that was answered otherwise than it was asked for */
export function checkAnswered(pairs: Readonly<Record<string, readonly [answered: unknown, asked: unknown]>>): void {
  for (const [name, [answered, asked]] of Object.entries(pairs)) {
    if (answered !== asked)
      throw new TppError('ANSWER_MISMATCH', { detail: `its ${name} is not the one that was asked for` });
  }
}

/** @throws TppError ARGUMENT_INVALID */
export function idempotencyKeyOf(connection: Connection, { idempotencyKey }: CreateOptions): string {
  return checkKey(idempotencyKey ?? uuid(connection));
}

function checkKey(key: string): string {
  if (typeof key === 'string' && key.length <= MAX_KEY_LENGTH && parseIdempotencyKey(key) !== undefined) return key;
  throw argumentInvalid(`idempotencyKey is not 1 to ${MAX_KEY_LENGTH} printable ASCII characters without spaces`);
}
