import type { Cents, PaymentId, SubmissionId } from '@lupa/protocol';

/** A message to the payment rails, stored with the booking it tells of. */
export interface OutgoingMessage {
  /** The booking's filing reference. */
  readonly messageId: string;
  readonly paymentId: PaymentId;
  readonly submissionId: SubmissionId;
  readonly amountCents: Cents;
  /** As the TPP wrote it; in the message it is in the SEPA character set. */
  readonly payeeName: string;
  readonly message: string;
  readonly created: Date;
  /** Undefined while it waits. */
  readonly sent: Date | undefined;
}

/** What waits for the payment rails, or went to them. */
export interface OutgoingMessages {
  /** The newest first. */
  latest(limit: number): Promise<OutgoingMessage[]>;
  byId(messageId: string): Promise<OutgoingMessage | undefined>;
}
