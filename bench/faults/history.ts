/**
 * What the harness writes down, a line of JSON each, before it sends and when an answer has come. Lines are in the order
 * things happened: one process writes them all, each at once. The checker reads nothing else but this and the database.
 */
export type HistoryLine = RunLine | RequestLine | AnswerLine | LostLine | VisitLine | VisitEndedLine | FaultLine;

export interface RunLine {
  readonly kind: 'run';
  readonly seed: number;
  readonly store: string;
  readonly planted: string | undefined;
  readonly customers: readonly CustomerFacts[];
}

/** A customer of the bank, as the harness had it taken in. */
export interface CustomerFacts {
  readonly username: string;
  readonly accounts: readonly { readonly iban: string; readonly openingCents: number; readonly limitCents: number }[];
}

export type CallName =
  | 'create'
  | 'read payment'
  | 'read authorization'
  | 'read payments of authorization'
  | 'read submission'
  | 'read submissions'
  | 'submit'
  | 'delete payment'
  | 'revoke authorization'
  | 'sandbox-authorize'
  | 'sandbox-reject'
  | 'client token'
  | 'exchange code'
  | 'refresh'
  | 'ask exemption';

/** Sent, perhaps not for the first time. */
export interface RequestLine {
  readonly kind: 'request';
  /** Of this sending; the answer names it. */
  readonly id: number;
  /** Of the call: the same for every sending of the same bytes. */
  readonly call: number;
  readonly name: CallName;
  readonly client: string;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey?: string;
  /** Whose token: of the client itself, or of this customer. */
  readonly customer?: string;
  readonly scenario?: string;
  /** As sent; nothing secret is in a payment. Of token calls nothing is kept but what they are about. */
  readonly body?: string;
  /** The authorization a token call is about. */
  readonly about?: string;
}

export interface AnswerLine {
  readonly kind: 'answer';
  readonly id: number;
  readonly status: number;
  readonly replayed: boolean;
  /** Of the payments API as it came; of token calls only the error. */
  readonly body: string;
  readonly signature: 'good' | 'bad' | 'none asked';
}

/** No answer came, or not the whole of it: what the bank did is unknown. */
export interface LostLine {
  readonly kind: 'lost';
  readonly id: number;
  readonly why: string;
}

/** A customer goes to the bank's pages and will do this there, if nothing keeps them from it. */
export interface VisitLine {
  readonly kind: 'visit';
  readonly id: number;
  readonly client: string;
  readonly username: string;
  readonly authorizationId: string;
  readonly decision: 'approve' | 'reject' | 'cancel';
  /** What of the bundle they approve; all of it where absent. */
  readonly payments?: readonly string[];
}

export interface VisitEndedLine {
  readonly kind: 'visit ended';
  readonly id: number;
  /** `code`, the error the bank sent the customer back with, or how the customer got stuck. */
  readonly outcome: string;
}

export interface FaultLine {
  readonly kind: 'fault';
  readonly fault: string;
  readonly phase: 'begins' | 'is over';
  readonly detail?: string;
}

/** A line with its number in the file, from 1, and when it was written. */
export type Numbered<Line extends HistoryLine = HistoryLine> = Line & { readonly n: number; readonly at: string };
