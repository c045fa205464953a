import { type AuthorizationId, parseAuthorizationId } from './ids.ts';
import { type IsoDuration, parseIsoDuration } from './iso-duration.ts';

/** Why a simulated payment fails (contract §8); a bare `PaymentFail` names no reason. */
export const PAYMENT_FAILURES = ['AccountClosed', 'InvalidPayee', 'LimitExceeded'] as const;

export type PaymentFailure = (typeof PAYMENT_FAILURES)[number];

/** What the header `x-sandbox-scenario` asks the sandbox to play (contract §8). */
export type SandboxScenario =
  /** The account holds too little, whatever it holds. */
  | { readonly kind: 'InsufficientFunds' }
  /** The bank's payment system is away: `Pending`. */
  | { readonly kind: 'PaymentSystemUnavailable' }
  /** As if that much time had passed. */
  | { readonly kind: 'FutureSimulation'; readonly duration: IsoDuration }
  /** Refused for good. */
  | { readonly kind: 'PaymentFail'; readonly failure: PaymentFailure | undefined }
  /** `Accepted`, later `Rejected`. */
  | { readonly kind: 'PaymentSubmitFailed' }
  /** `Accepted`, later `Submitted`. */
  | { readonly kind: 'PaymentSubmitSuccess' }
  /** Submits, with a client-credentials token, what `sandbox-authorize` approved. */
  | { readonly kind: 'SandboxAuthorized'; readonly authorizationId: AuthorizationId };

/**
 * Reads the value of `x-sandbox-scenario`, spelt exactly as contract §8 spells it.
 *
 * @returns the scenario, or `undefined` for an unknown one, or one whose value is malformed, missing or too much
 */
export function parseSandboxScenario(text: string): SandboxScenario | undefined {
  const equals = text.indexOf('=');
  const kind = equals === -1 ? text : text.slice(0, equals);
  const value = equals === -1 ? undefined : text.slice(equals + 1);
  switch (kind) {
    case 'InsufficientFunds':
    case 'PaymentSystemUnavailable':
    case 'PaymentSubmitFailed':
    case 'PaymentSubmitSuccess':
      return value === undefined ? { kind } : undefined;
    case 'FutureSimulation':
      return futureSimulation(value);
    case 'PaymentFail':
      return paymentFail(value);
    case 'SandboxAuthorized':
      return sandboxAuthorized(value);
    default:
      return undefined;
  }
}

function futureSimulation(value = ''): SandboxScenario | undefined {
  const duration = parseIsoDuration(value);
  return duration && { kind: 'FutureSimulation', duration };
}

function paymentFail(value: string | undefined): SandboxScenario | undefined {
  const failure = PAYMENT_FAILURES.find((known) => known === value);
  return value === undefined || failure !== undefined ? { kind: 'PaymentFail', failure } : undefined;
}

function sandboxAuthorized(value = ''): SandboxScenario | undefined {
  const authorizationId = parseAuthorizationId(value);
  return authorizationId && { kind: 'SandboxAuthorized', authorizationId };
}
