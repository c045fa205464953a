import type { ExemptionRefusal } from '@lupa/protocol';

/** Workflow document, "Conditions and requirements": the amount is less than this. */
export const EXEMPT_BELOW_CENTS = 30_00;

/** The customer has made fewer exemption payments than this since the latest strong authentication. */
export const EXEMPTIONS_BETWEEN_AUTHENTICATIONS = 5;

/** Their sum since then, the one at hand included, is less than this. */
export const EXEMPT_SUM_BELOW_CENTS = 100_00;

/** What the customer has used of the exemption since the latest strong authentication, for whichever TPP. */
export interface ExemptionsMade {
  readonly count: number;
  readonly sumCents: number;
}

/** What the decision needs to know. */
export interface ExemptionCase {
  readonly amountCents: number;
  /** The authorization the refresh token came from still stands, and the refresh token is neither expired nor revoked. */
  readonly scaValid: boolean;
  /** The payer account belongs to the customer of that authorization. */
  readonly payerOwned: boolean;
  /** The payee's account in this bank belongs to that customer too. */
  readonly payeeOwned: boolean;
  readonly since: ExemptionsMade;
}

export type ExemptionDecision =
  /** `counted`: whether it uses up some of what the customer may do without authenticating. */
  | { readonly kind: 'granted'; readonly counted: boolean }
  | { readonly kind: 'refused'; readonly why: ExemptionRefusal };

/**
 * Whether a payment may be made without asking the customer again (contract §9; workflow document, "Conditions and
 * requirements"). That the user has authorized the TPP before and owns the payer account must hold in any case; beyond that
 * one of two categories is enough: a small payment, or a transfer between two accounts of the customer.
 *
 * Stricter than articles 15 and 16 of Delegated Regulation (EU) 2018/389, and so within them.
 */
export function decideExemption(asked: ExemptionCase): ExemptionDecision {
  if (!asked.scaValid) return refused('sca-not-valid');
  if (!asked.payerOwned) return refused('payer-not-owned');
  if (asked.payeeOwned) return { kind: 'granted', counted: false };
  if (asked.amountCents >= EXEMPT_BELOW_CENTS) return refused('amount');
  if (asked.since.count >= EXEMPTIONS_BETWEEN_AUTHENTICATIONS) return refused('count');
  if (asked.since.sumCents + asked.amountCents >= EXEMPT_SUM_BELOW_CENTS) return refused('sum');
  return { kind: 'granted', counted: true };
}

function refused(why: ExemptionRefusal): ExemptionDecision {
  return { kind: 'refused', why };
}
