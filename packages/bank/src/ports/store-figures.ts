/** What the store holds that somebody is waiting for, and whether the books balance. */
export interface StoreFigures {
  /** Submissions that wait for their booking. */
  readonly submissionsAccepted: number;
  /** Submissions that wait for their TPP to try them again. */
  readonly submissionsPending: number;
  /** When the booking that has waited longest was due. */
  readonly oldestBooking: Date | undefined;
  /** When the oldest booking that is kept was booked. */
  readonly oldestRecord: Date | undefined;
  /** Events of the audit trail that no seal covers yet. */
  readonly eventsUnsealed: number;
  /** Sum of all balances, the bank's own accounts included: 0 in a sound ledger. */
  readonly imbalanceCents: number;
}
