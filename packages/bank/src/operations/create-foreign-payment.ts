import { asAuthorizationId, asPaymentId, LupaError, type ParsedForeignPayment } from '@lupa/protocol';
import { quoteInEuros } from '../domain/euro-quote.ts';
import { PAYMENT_INITIATION_ROLE } from '../domain/token-use.ts';
import type { ExchangeRates } from '../ports/exchange-rates.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { ForeignPaymentToCreate } from '../ports/payment-store.ts';
import type { ForeignPaymentRecord } from '../ports/records.ts';
import { callAudit } from './audit-event.ts';
import { type Call, requireToken, requireTokenAlone, type TokenJudge } from './authenticated-call.ts';
import { type PaymentCreated, type PaymentOrdered, replay } from './create-payment.ts';

export interface ForeignPaymentOrdered extends Omit<PaymentOrdered, 'request' | 'signed'> {
  readonly request: ParsedForeignPayment;
}

/** What creating a foreign payment takes. */
export interface CreatingForeign extends TokenJudge {
  readonly identifiers: Identifiers;
  readonly exchangeRates: ExchangeRates;
}

/**
 * Creates a foreign payment, alone in its authorization (contract §5: never bundled), quoted in euros at the rate of this
 * moment. Otherwise as `createPayment`.
 *
 * @throws LupaError what `requireToken` throws; TOKEN_WRONG_KIND with a token of the customer, for the exemption flow is for
 * SEPA payments only (contract §9); DUPLICATE_PAYMENT
 */
export async function createForeignPayment(
  bank: CreatingForeign,
  call: Call,
  ordered: ForeignPaymentOrdered,
): Promise<PaymentCreated> {
  const kind = 'create a foreign payment';
  if (!call.client.roles.includes(PAYMENT_INITIATION_ROLE)) await requireTokenAlone(bank, call, kind);
  const toCreate = prepare(bank, call, ordered);
  const outcome = await bank.payments.createForeignPayment(toCreate);
  await requireToken(bank, call, outcome.token, kind);
  switch (outcome.kind) {
    case 'created':
      return { payment: created(call, toCreate), replayed: false };
    case 'key-used':
      return { payment: replay(outcome), replayed: true };
    default:
      // It joins no bundle, and the store's conditions on the token are those above: getting here is our own mistake.
      throw new LupaError('INTERNAL', { description: 'the store refused a token that the rules accept' });
  }
}

function prepare(bank: CreatingForeign, call: Call, ordered: ForeignPaymentOrdered): ForeignPaymentToCreate {
  const { request } = ordered;
  const unitsPerEuro = bank.exchangeRates.unitsPerEuro(request.currency);
  if (unitsPerEuro === undefined) throw new LupaError('INTERNAL', { description: 'the currency has lost its rate' });
  const quote = quoteInEuros(request, unitsPerEuro);
  const now = bank.clock.now();
  const paymentId = asPaymentId(bank.identifiers.uuid());
  const newAuthorizationId = asAuthorizationId(bank.identifiers.uuid());
  const { amountMinorUnits, currency } = request;
  return {
    ...ordered,
    quote,
    tokenDigest: call.tokenDigest,
    clientId: call.client.clientId,
    certificateThumbprint: call.certificateThumbprint,
    now,
    paymentId,
    newAuthorizationId,
    audit: callAudit(bank.identifiers, call, now, {
      event: 'payment created',
      authorizationId: newAuthorizationId,
      details: { paymentId, amountMinorUnits, currency, ...quote, headers: ordered.context },
    }),
  };
}

/** The new payment as the store now holds it, without asking for it again. */
function created(call: Call, made: ForeignPaymentToCreate): ForeignPaymentRecord {
  return {
    paymentId: made.paymentId,
    authorizationId: made.newAuthorizationId,
    clientId: call.client.clientId,
    status: 'Unauthorized',
    paymentType: 'ForeignPayment',
    request: made.request,
    quote: made.quote,
    submissionsMade: 0,
    debitAccountId: undefined,
    debitIban: undefined,
    created: made.now,
    modified: made.now,
  };
}
