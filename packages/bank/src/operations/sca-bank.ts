import type { CustomerId, PaymentId } from '@lupa/protocol';
import type { ScaLimits } from '../domain/sca-limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Customers } from '../ports/customers.ts';
import type { ExchangeRates } from '../ports/exchange-rates.ts';
import type { FactorSecrets } from '../ports/factor-secrets.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Passwords } from '../ports/passwords.ts';
import type { AuditEvent, AuthorizationRecord, PaymentRecord } from '../ports/records.ts';
import type { ScaSession, ScaStore } from '../ports/sca-store.ts';
import type { RateLimit } from './rate-limit.ts';

/** What the operations of strong customer authentication work with. */
export interface ScaBank {
  readonly store: ScaStore;
  readonly customers: Customers;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly factorSecrets: FactorSecrets;
  readonly passwords: Passwords;
  readonly exchangeRates: ExchangeRates;
  readonly limits: ScaLimits;
  /** How often anybody may try to log in as one customer; undefined where nothing but `limits` holds them back. */
  readonly logins?: RateLimit | undefined;
}

/** A request from the customer's browser. */
export interface ScaCall {
  readonly sessionId: string;
  /** SHA-256 of the session cookie this browser sent. */
  readonly browserDigest: Uint8Array;
  /** The challenge the form was made for; undefined for a form made before there was one. */
  readonly challengeId: string | undefined;
  /** The TPP's name, as every page shows it. */
  readonly tppName: string;
  readonly requestId: string;
}

/** Why nothing was done. The customer is shown the present step again, with a word about it. */
export type ScaRefusal =
  /** The form belongs to a step or a challenge that is over. */
  | 'stale'
  /** Username or password: which of them, nobody is told. */
  | 'wrong-credentials'
  | 'wrong-code'
  | 'phone-waiting'
  | 'account-unknown'
  /** What the customer saw is no longer what the store holds. */
  | 'payments-changed'
  /** The payment was created for another customer (contract §9), and only that one may approve it. */
  | 'made-for-another'
  /** Somebody has tried to log in as this customer too often just now, whether rightly or not. */
  | 'too-often'
  /** Another customer is logged in to this session. */
  | 'in-other-hands';

export type ScaAnswer =
  /** The session is one step further. */
  { readonly kind: 'moved' } | { readonly kind: 'refused'; readonly why: ScaRefusal } | { readonly kind: 'ended' };

/** An authorization and its payments, read under lock. */
export interface Bundle {
  readonly authorization: AuthorizationRecord;
  readonly payments: readonly PaymentRecord[];
}

/** A line of the audit trail about a session. `details` never hold a password, a code or a cookie. */
export function scaAudit(
  bank: Pick<ScaBank, 'identifiers'>,
  session: Pick<ScaSession, 'sessionId' | 'authorizationId' | 'clientId' | 'customerId'>,
  at: Date,
  what: {
    event: string;
    requestId: string | undefined;
    customerId?: CustomerId | undefined;
    details?: Record<string, unknown>;
  },
): AuditEvent {
  return {
    eventId: bank.identifiers.uuid(),
    at,
    event: what.event,
    authorizationId: session.authorizationId,
    clientId: session.clientId,
    customerId: what.customerId ?? session.customerId,
    requestId: what.requestId,
    details: { sessionId: session.sessionId, ...what.details },
  };
}

/** Narrows text from a form to the ids of payments that are there. */
export function paymentsNamed<P extends { paymentId: PaymentId }>(
  payments: readonly P[],
  ids: readonly string[],
): P[] | undefined {
  const named = payments.filter(({ paymentId }) => ids.includes(paymentId));
  return named.length === new Set(ids).size ? named : undefined;
}
