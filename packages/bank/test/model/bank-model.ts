import type { PaymentStatus, SubmissionStatus } from '@lupa/protocol';
import { ACCOUNTS, type AccountName, type Action, type CustomerName, OPENING_CENTS, type TppName } from './actions.ts';

/**
 * What the contract says becomes of bundles, payments, submissions and money, as naively as it can be said: one thing after
 * another, no database, and nothing shared with the bank's own rules. Places are numbers given to creations and logins in the
 * order in which the story names them.
 */
export interface BankModel {
  now: number;
  readonly accounts: Record<AccountName, { balance: number; reserved: number }>;
  readonly bundles: Map<number, ModelBundle>;
  readonly sessions: Map<number, ModelSession>;
  /** By TPP and idempotency key. */
  readonly keys: Map<string, { body: string; payment: number }>;
}

export interface ModelBundle {
  readonly place: number;
  readonly tpp: TppName;
  readonly created: number;
  status: PaymentStatus;
  readonly payments: Map<number, ModelPayment>;
}

export interface ModelPayment {
  readonly place: number;
  readonly order: { cents: number; payee: AccountName | 'elsewhere'; instant: boolean; count: number };
  status: PaymentStatus;
  debit: AccountName | undefined;
  readonly submissions: Map<string, ModelSubmission>;
  /** Submissions that were accepted. */
  made: number;
}

export interface ModelSubmission {
  status: SubmissionStatus;
  /** When it may be booked, while it is `Accepted`. */
  due: number;
  /** The midnight that ends a `Pending` one. */
  until: number;
  play: string | undefined;
  /** Refused when it was put: it is refused in the same way when it is put again. */
  failed: boolean;
}

export interface ModelSession {
  readonly place: number;
  readonly bundle: number;
  readonly customer: CustomerName;
  isOpen: boolean;
  lastSeen: number;
  /** How many second factors were asked for; the last one is good. */
  challenges: number;
  shown: readonly number[];
  account: AccountName;
}

/** An action whose picks are settled: the very things it is about, and what its caller had seen when the step began. */
export type Settled =
  | {
      readonly kind: 'create';
      readonly place: number;
      readonly joins: number | undefined;
      readonly action: Action & { kind: 'create' };
    }
  | { readonly kind: 'delete'; readonly tpp: TppName; readonly bundle: number; readonly payment: number }
  | { readonly kind: 'revoke'; readonly tpp: TppName; readonly bundle: number }
  | { readonly kind: 'read'; readonly bundle: number; readonly token: (Action & { kind: 'read' })['token'] }
  | { readonly kind: 'log in'; readonly place: number; readonly bundle: number; readonly customer: CustomerName }
  | {
      readonly kind: 'choose';
      readonly session: number;
      readonly shown: readonly number[];
      readonly account: AccountName;
      readonly seen: number;
    }
  | { readonly kind: 'approve' | 'reject' | 'cancel'; readonly session: number; readonly seen: number }
  | {
      readonly kind: 'submit';
      readonly bundle: number;
      readonly payment: number;
      readonly action: Action & { kind: 'submit' };
    }
  | { readonly kind: 'book'; readonly payment: number; readonly id: string }
  | { readonly kind: 'end idle sessions' | 'reject lapsed submissions' | 'expire authorizations' }
  | { readonly kind: 'wait'; readonly seconds: number }
  /** What it would be about is not there yet. */
  | { readonly kind: 'nothing' };

export function newModel(now: number): BankModel {
  const names = Object.values(ACCOUNTS).flat();
  const accounts = Object.fromEntries(names.map((name) => [name, { balance: OPENING_CENTS[name], reserved: 0 }]));
  return {
    now,
    accounts: accounts as BankModel['accounts'],
    bundles: new Map(),
    sessions: new Map(),
    keys: new Map(),
  };
}

/** Midnight rejects what is `Pending`, whether anybody has written it down yet or not. */
export function settleMidnight({ now }: BankModel, submission: ModelSubmission): void {
  if (submission.status === 'Pending' && submission.until <= now) submission.status = 'Rejected';
}

export function bundleAt({ bundles }: BankModel, place: number): ModelBundle {
  const bundle = bundles.get(place);
  if (bundle === undefined) throw new Error(`no bundle ${place}`);
  return bundle;
}

export function paymentAt({ bundles }: BankModel, place: number): ModelPayment {
  for (const { payments } of bundles.values()) {
    const payment = payments.get(place);
    if (payment !== undefined) return payment;
  }
  throw new Error(`no payment ${place}`);
}
