import type { ScaOutcome } from './sca-store.ts';

/**
 * Who keeps figures of the bank's work. Every method is called in the middle of that work: it must be quick and must not throw.
 * Nothing it is told names a customer, an account or a payment.
 */
export interface Measures {
  /** An answer has left, or its connection has ended before it could. */
  callAnswered(call: {
    readonly listener: 'api' | 'authorize';
    readonly method: string;
    /** The path with its parameters by name, such as `/payments-psd2/v1/payments/:paymentId`; never what somebody sent. */
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  /** A connection was refused before its handshake, for its address had begun too many. */
  connectionRefused(listener: 'api' | 'authorize'): void;
  /** The database has answered, or failed to. `what` is the statement's own name, or `transaction`. */
  databaseAnswered(answer: { readonly what: string; readonly isFailed: boolean; readonly seconds: number }): void;
  /** Another server of the store takes writes now, and has all connections. */
  storeServerChanged(): void;
  /** A customer's visit to the pages of strong customer authentication has ended. */
  scaEnded(outcome: ScaOutcome): void;
  exemptionDecided(outcome: 'granted' | 'refused'): void;
  /** A submission was booked, or could not be. */
  submissionBooked(outcome: 'Submitted' | 'Credited' | 'Rejected' | 'failed'): void;
}

/** For a bank that nobody watches. */
export const NO_MEASURES: Measures = {
  callAnswered: () => undefined,
  connectionRefused: () => undefined,
  databaseAnswered: () => undefined,
  storeServerChanged: () => undefined,
  scaEnded: () => undefined,
  exemptionDecided: () => undefined,
  submissionBooked: () => undefined,
};
