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
  const idempotencyKey = checkKey(options.idempotencyKey ?? uuid(connection));
  return post(connection, request, options, idempotencyKey, { idempotencyKey });
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
  const idempotencyKey = checkKey(options.idempotencyKey ?? uuid(connection));
  const deadline = connection.deadline(options);
  // Each payment has its own key, made from the bundle's: the whole can be called again with that one.
  const create = (request: SepaPaymentRequest, index: number) => {
    const rest = { ...options, deadlineMs: deadline.remainingMs() };
    return post(connection, request, rest, `${idempotencyKey}.${index}`, { idempotencyKey });
  };
  const payment = await create(first, 0);
  const { authorizationId } = payment;
  const payments = [payment];
  for (const request of others) payments.push(await create({ ...request, authorizationId }, payments.length));
  return { authorizationId, payments };
}

async function post(
  connection: Connection,
  request: SepaPaymentRequest,
  options: CreateOptions,
  key: string,
  retryWith: { readonly idempotencyKey: string },
): Promise<SepaPayment> {
  const body = Buffer.from(JSON.stringify(request));
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    [HEADERS.idempotencyKey]: key,
    [HEADERS.jwsSignature]: signDetached(body, connection.bodySigner),
    ...customerHeaders(options.customer),
  };
  const read = (json: unknown) => matchRequest(parseSepaPayment(json), request);
  return callPaymentsApi(
    connection,
    { method: 'POST', path: '/sepa-payments', body, headers, retryWith, read },
    options,
  );
}

/** The bank repeats what it was asked for (contract §5); an answer about other money is not ours, however well signed. */
function matchRequest(payment: SepaPayment, request: SepaPaymentRequest): SepaPayment {
  const { payee, payer, message, reference, count = 1, authorizationId = payment.authorizationId } = request;
  const pairs = {
    amountEUR: [parseAmountEUR(payment.amountEUR), parseAmountEUR(request.amountEUR)],
    'payee.iban': [payment.payee.iban, payee.iban],
    'payer.iban': [payment.payer?.iban, payer?.iban ?? payment.payer?.iban],
    message: [payment.message, message],
    reference: [payment.reference, reference],
    count: [payment.count, count],
    authorizationId: [payment.authorizationId, authorizationId],
  };
  for (const [name, [answered, asked]] of Object.entries(pairs)) {
    if (answered !== asked)
      throw new TppError('ANSWER_MISMATCH', { detail: `its ${name} is not the one that was asked for` });
  }
  return payment;
}

function checkKey(key: string): string {
  if (typeof key === 'string' && key.length <= MAX_KEY_LENGTH && parseIdempotencyKey(key) !== undefined) return key;
  throw argumentInvalid(`idempotencyKey is not 1 to ${MAX_KEY_LENGTH} printable ASCII characters without spaces`);
}
