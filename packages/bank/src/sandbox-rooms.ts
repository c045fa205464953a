import type { PhoneAnswer } from './operations/answer-phone-request.ts';
import type { KeyCard } from './operations/read-key-card.ts';
import type { CustomersPhone } from './operations/read-phone-requests.ts';
import type { AuditReport } from './operations/verify-audit-trail.ts';
import type { OutgoingMessage } from './ports/outgoing-messages.ts';

/** What the sandbox's own pages may do in the bank: what a customer would do with a phone and a printed key list. */
export interface SandboxRooms {
  /** @returns undefined for a username that belongs to nobody */
  readPhoneRequests(username: string): Promise<CustomersPhone | undefined>;
  answerPhoneRequest(
    username: string,
    id: string,
    action: 'approve' | 'decline',
    requestId: string,
  ): Promise<PhoneAnswer>;
  /** @returns undefined for a username that belongs to nobody */
  readKeyCard(username: string): Promise<KeyCard | undefined>;
  /** Lifts the block that wrong factors put on a customer. */
  unblockCustomer(username: string, requestId: string): Promise<void>;
  /** Checks every link of the audit trail. */
  verifyAuditTrail(): Promise<AuditReport>;
  /** @returns what left, or waits to leave, for other banks; the newest first */
  readOutgoingMessages(limit: number): Promise<readonly OutgoingMessage[]>;
  readOutgoingMessage(messageId: string): Promise<OutgoingMessage | undefined>;
}
