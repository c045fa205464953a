import { type ExemptionRefusal, parseExemptionRefusal } from '@lupa/protocol';
import type { TppErrorCode } from './error-codes.ts';
import { TppError } from './tpp-error.ts';

/** Why a payment cannot be made without asking the customer. */
export interface ExemptionReason {
  /** Which condition of contract §9 was not met, where the bank named one. */
  readonly refusal?: ExemptionRefusal;
  /** In the bank's words where it used any, for a log or a developer; the customer wants plainer ones. */
  readonly description: string;
  /** What the bank refused, with its request id; absent when it had granted, and its answer was lost. */
  readonly error?: TppError;
}

/** Signed words of the bank that say no to this payment as it was asked for. Whatever else goes wrong is no answer to the question. */
const REFUSALS: ReadonlySet<TppErrorCode> = new Set<TppErrorCode>([
  'TOKEN_REFUSED',
  'REQUEST_INVALID',
  'ACCESS_TOKEN_REFUSED',
  'FORBIDDEN',
  'NOT_FOUND',
  'ILLEGAL_STATE',
  'INSUFFICIENT_FUNDS',
]);

/**
 * The reason that an error gives for the default flow.
 *
 * @returns `undefined` when it is no refusal, or leaves open what the bank has done: then nothing else may be tried before that is known
 */
export function exemptionReason(error: unknown): ExemptionReason | undefined {
  if (!(error instanceof TppError) || error.outcomeUnknown || !REFUSALS.has(error.code)) return undefined;
  // The client itself was not believed, and would not be in the default flow either.
  if (error.oauthError === 'invalid_client') return undefined;
  const violations = error.violations.map(({ message }) => message).join('; ');
  const description = error.oauthDescription ?? (violations === '' ? error.message : violations);
  const refusal = parseExemptionRefusal(description);
  return { ...(refusal === undefined ? {} : { refusal }), description, error };
}
