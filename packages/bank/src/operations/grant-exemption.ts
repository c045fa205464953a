import { type ClientId, EXEMPTION_REFUSALS, type ExemptionRefusal } from '@lupa/protocol';
import { decideExemption, type ExemptionDecision } from '../domain/exemption.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExemptionStore, ExemptionUnit } from '../ports/exemption-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type {
  AccountRecord,
  AuditEvent,
  AuthorizationRecord,
  PaymentRecord,
  SepaPaymentRecord,
} from '../ports/records.ts';
import type { ArtifactToSave } from '../ports/token-artifacts.ts';
import { NONCE_REMEMBERED_SECONDS } from './read-signed-claims.ts';
import type { VerifiedExemptionAssertion } from './verify-exemption-assertion.ts';

/** What granting an exemption takes. */
export interface ExemptionBank {
  readonly exemptions: ExemptionStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
}

export interface ExemptionAsked {
  readonly clientId: ClientId;
  readonly assertion: VerifiedExemptionAssertion;
  /** The authorization the family of tokens came from still stands. */
  readonly sourceStands: boolean;
  /** The access token to be answered with; saved if the exemption is granted, in the same transaction. */
  readonly tokens: readonly ArtifactToSave[];
  readonly requestId: string;
}

export type ExemptionOutcome = { readonly kind: 'granted' } | { readonly kind: 'refused'; readonly why: string };

/**
 * Decides on an exemption and grants it (contract §9): the payment is authorized, its amount reserved in the customer's count,
 * the token saved and the audit trail written together or not at all. The count is locked, so that of any number of
 * assertions at once no limit is exceeded. The nonce is used up by every decision, a refusal too.
 */
export function grantExemption(bank: ExemptionBank, asked: ExemptionAsked): Promise<ExemptionOutcome> {
  const { clientId, assertion } = asked;
  return bank.exemptions.transaction(async (unit) => {
    const now = bank.clock.now();
    const forgetAfter = new Date(now.getTime() + NONCE_REMEMBERED_SECONDS * 1000);
    if (!(await unit.useNonce(clientId, assertion.claims.nonce, forgetAfter))) return refused('nonce was used before');
    const familyLives = await unit.lockTokenFamily(assertion.sourceGrantId, now);
    const bundle = await unit.lockAuthorization(assertion.claims.authorizationId);
    const [payment] = bundle?.payments ?? [];
    if (bundle === undefined || payment?.paymentType !== 'SepaPayment' || !isWaiting(bundle.authorization, payment)) {
      return refused('authorizationId is no longer Unauthorized: create the payment anew');
    }
    const locked = { authorization: bundle.authorization, payment, now, scaValid: familyLives && asked.sourceStands };
    return decideLocked(bank, unit, asked, locked);
  });
}

interface Locked {
  readonly authorization: AuthorizationRecord;
  readonly payment: SepaPaymentRecord;
  readonly now: Date;
  readonly scaValid: boolean;
}

async function decideLocked(
  bank: ExemptionBank,
  unit: ExemptionUnit,
  asked: ExemptionAsked,
  { authorization, payment, now, scaValid }: Locked,
): Promise<ExemptionOutcome> {
  const { customerId } = asked.assertion;
  const accounts = await unit.accountsOf(customerId);
  const payer = accountNamed(accounts, payment.request.payer?.iban);
  const payee = accountNamed(accounts, payment.request.payee.iban);
  const since = await unit.lockExemptions(customerId, now);
  const { amountCents } = payment.request;
  const decision = decideExemption({
    amountCents,
    scaValid,
    payerOwned: payer !== undefined,
    payeeOwned: payee !== undefined,
    since,
  });
  await unit.audit(exemptionAudit(bank, asked, { payment, now, decision, since }));
  if (decision.kind === 'refused') return refused(decision.why);
  if (payer === undefined) throw new Error('an exemption is granted for an account of the customer');
  const { authorizationId } = authorization;
  await Promise.all([
    unit.recordExemption({ paymentId: payment.paymentId, customerId, amountCents, counted: decision.counted, at: now }),
    unit.setAuthorization(authorizationId, { status: 'Authorized', customerId, authorized: now, modified: now }),
    unit.setPayment(payment.paymentId, {
      status: 'Authorized',
      modified: now,
      debitAccountId: payer.accountId,
      debitIban: payer.iban,
    }),
    unit.saveTokens(asked.tokens),
  ]);
  return { kind: 'granted' };
}

function isWaiting(authorization: AuthorizationRecord, payment: PaymentRecord): boolean {
  return authorization.status === 'Unauthorized' && payment.status === 'Unauthorized';
}

function accountNamed(accounts: readonly AccountRecord[], iban: string | undefined): AccountRecord | undefined {
  return accounts.find((account) => account.iban === iban);
}

function refused(why: ExemptionRefusal | (string & {})): ExemptionOutcome {
  return {
    kind: 'refused',
    why: Object.hasOwn(EXEMPTION_REFUSALS, why) ? EXEMPTION_REFUSALS[why as ExemptionRefusal] : why,
  };
}

function exemptionAudit(
  bank: ExemptionBank,
  { clientId, assertion, requestId }: ExemptionAsked,
  what: {
    payment: SepaPaymentRecord;
    now: Date;
    decision: ExemptionDecision;
    since: { readonly count: number; readonly sumCents: number };
  },
): AuditEvent {
  const { payment, now, decision, since } = what;
  const { paymentId, authorizationId, request } = payment;
  const outcome = decision.kind === 'granted' ? { counted: decision.counted } : { why: decision.why };
  return {
    eventId: bank.identifiers.uuid(),
    at: now,
    event: `exemption ${decision.kind}`,
    authorizationId,
    clientId,
    customerId: assertion.customerId,
    requestId,
    details: { paymentId, amountCents: request.amountCents, ...outcome, count: since.count, sumCents: since.sumCents },
  };
}
