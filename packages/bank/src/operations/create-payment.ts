import { asAuthorizationId, asPaymentId, LupaError, type ParsedSepaPayment } from '@lupa/protocol';
import { exemptionViolations } from '../domain/exemption-payment.ts';
import { PAYMENT_INITIATION_ROLE } from '../domain/token-use.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { CreationOutcome, PaymentToCreate } from '../ports/payment-store.ts';
import { MAX_PAYMENTS_IN_BUNDLE } from '../ports/payment-store.ts';
import type { AuthorizationRecord, PaymentRecord } from '../ports/records.ts';
import { callAudit } from './audit-event.ts';
import { type Call, requireReach, requireToken, requireTokenAlone, type TokenJudge } from './authenticated-call.ts';
import { duplicatePayment, illegalState } from './refusals.ts';

export interface PaymentOrdered {
  readonly request: ParsedSepaPayment;
  readonly idempotencyKey: string;
  /** Whether the body was signed: without that nothing is created in the exemption flow, whatever the bank's policy (contract §9). */
  readonly signed: boolean;
  /** SHA-256 over method, path and raw body. */
  readonly requestDigest: Uint8Array;
  /** The recorded headers: the customer's IP address, user agent and so on. */
  readonly context: Readonly<Record<string, string>>;
}

export interface PaymentCreated {
  readonly payment: PaymentRecord;
  /** Whether this answer was given before, to the same request with the same idempotency key. */
  readonly replayed: boolean;
}

/**
 * Creates a payment, in a bundle of its own or in the one the request names (contract §5). The token, the idempotency key
 * and the bundle are looked up in the very statement that writes, so that however many identical requests arrive at once,
 * one payment exists.
 *
 * @throws LupaError what `requireToken` throws; SIGNATURE_MISSING or BODY_INVALID with a token of the customer (contract §9);
 * NOT_FOUND or ILLEGAL_STATE for the bundle; DUPLICATE_PAYMENT
 */
export async function createPayment(
  bank: TokenJudge & { identifiers: Identifiers },
  call: Call,
  ordered: PaymentOrdered,
): Promise<PaymentCreated> {
  // The store knows the token but not the client's roles: without the right one nothing may be written at all.
  if (!call.client.roles.includes(PAYMENT_INITIATION_ROLE)) await requireTokenAlone(bank, call, 'create a payment');
  const toCreate = prepare(bank, call, ordered);
  const outcome = await bank.payments.createPayment(toCreate);
  if (outcome.kind === 'created' && outcome.token === undefined) return newlyMade(call, toCreate);
  const token = await requireToken(bank, call, outcome.token, 'create a payment');
  switch (outcome.kind) {
    case 'created':
      return newlyMade(call, toCreate);
    case 'key-used':
      return { payment: replay(outcome), replayed: true };
    case 'bundle-refused':
      throw whyNotJoined(requireReach(token, outcome.bundle));
    case 'token-refused':
      if (token.kind === 'customer') requireFitForExemption(ordered, outcome.payerOwned);
      // The store's conditions and the rules above say the same, so getting here is our own mistake; nothing was created.
      throw new LupaError('INTERNAL', { description: 'the store refused a token that the rules accept' });
  }
}

function prepare(
  bank: TokenJudge & { identifiers: Identifiers },
  call: Call,
  ordered: PaymentOrdered,
): PaymentToCreate {
  const now = bank.clock.now();
  const paymentId = asPaymentId(bank.identifiers.uuid());
  const newAuthorizationId = asAuthorizationId(bank.identifiers.uuid());
  const { signed, ...toStore } = ordered;
  const joins = ordered.request.authorizationId;
  return {
    ...toStore,
    fitForExemption: signed && exemptionViolations(ordered.request, true).length === 0,
    tokenDigest: call.tokenDigest,
    clientId: call.client.clientId,
    certificateThumbprint: call.certificateThumbprint,
    now,
    paymentId,
    newAuthorizationId,
    joins,
    audit: callAudit(bank.identifiers, call, now, {
      event: 'payment created',
      authorizationId: joins ?? newAuthorizationId,
      details: { paymentId, amountCents: ordered.request.amountCents, headers: ordered.context },
    }),
  };
}

/** @throws LupaError what is wrong with it as a payment of the exemption flow (contract §9, step 2) */
function requireFitForExemption({ request, signed }: PaymentOrdered, payerOwned: boolean): void {
  if (!signed) throw new LupaError('SIGNATURE_MISSING');
  const violations = exemptionViolations(request, payerOwned);
  if (violations.length > 0) throw new LupaError('BODY_INVALID', { violations });
}

/** The new payment as the store now holds it, without asking for it again. */
function newlyMade(call: Call, made: PaymentToCreate): PaymentCreated {
  const payment: PaymentRecord = {
    paymentId: made.paymentId,
    authorizationId: made.joins ?? made.newAuthorizationId,
    clientId: call.client.clientId,
    status: 'Unauthorized',
    paymentType: 'SepaPayment',
    request: made.request,
    submissionsMade: 0,
    debitAccountId: undefined,
    debitIban: undefined,
    created: made.now,
    modified: made.now,
  };
  return { payment, replayed: false };
}

/** @throws LupaError DUPLICATE_PAYMENT */
export function replay(outcome: Extract<CreationOutcome, { kind: 'key-used' }>): PaymentRecord {
  if (!outcome.sameRequest) throw duplicatePayment('the key was first used with another body');
  if (outcome.payment.status !== 'Unauthorized') {
    throw duplicatePayment(`its payment is ${outcome.payment.status} by now`);
  }
  return outcome.payment;
}

function whyNotJoined(bundle: AuthorizationRecord): Error {
  if (bundle.status !== 'Unauthorized') {
    return illegalState(`the authorization is ${bundle.status}, and payments join only while it is Unauthorized`);
  }
  if (bundle.sourceGrantId !== undefined) {
    return illegalState('the authorization is of the exemption flow, where each payment has its own');
  }
  return illegalState(
    `the authorization holds ${MAX_PAYMENTS_IN_BUNDLE} payments already, or payments of another type`,
  );
}
