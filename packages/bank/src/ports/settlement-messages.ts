import type { Cents, ParsedSepaPayment, SubmissionId } from '@lupa/protocol';

/** One booked SEPA payment that leaves for another bank. */
export interface OutgoingTransfer {
  /** The bank's filing reference of the booking: no other message has it. */
  readonly archiveId: string;
  readonly submissionId: SubmissionId;
  readonly amountCents: Cents;
  /** What the TPP asked for, as it was written. */
  readonly request: ParsedSepaPayment;
  /** The customer whose account was debited. */
  readonly payerName: string;
  readonly payerIban: string;
  /** When the bank took the submission. */
  readonly accepted: Date;
  readonly booked: Date;
}

/** How a payment is told to the payee's bank. Nothing but writing: the ledger stores the message with the booking. */
export interface SettlementMessages {
  /** @returns the message's whole text */
  creditTransfer(transfer: OutgoingTransfer): string;
}
