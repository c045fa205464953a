import { asCents, asPaymentId, asSubmissionId } from '@lupa/protocol';
import type { OutgoingMessage, OutgoingMessages } from '../../ports/outgoing-messages.ts';
import type { OutgoingTransfer, SettlementMessages } from '../../ports/settlement-messages.ts';
import type { Database, Transaction } from './database.ts';

const WRITE_MESSAGE = {
  name: 'write-outgoing-message',
  text: `INSERT INTO outgoing_messages (payment_id, submission_id, message_id, message, created)
    VALUES ($1, $2, $3, $4, $5)`,
};
const COLUMNS = `m.message_id, m.payment_id, m.submission_id, m.message, m.created, m.sent, p.amount_cents,
    p.request->'payee'->>'name' AS payee_name
  FROM outgoing_messages m JOIN payments p ON p.payment_id = m.payment_id`;
const LATEST = {
  name: 'latest-outgoing-messages',
  text: `SELECT ${COLUMNS} ORDER BY m.created DESC, m.message_id LIMIT $1`,
};
const BY_ID = {
  name: 'outgoing-message-by-id',
  text: `SELECT ${COLUMNS} WHERE m.message_id = $1`,
};

interface MessageRow {
  message_id: string;
  payment_id: string;
  submission_id: string;
  message: string;
  created: Date;
  sent: Date | null;
  amount_cents: number;
  payee_name: string;
}

/** Writes the message of a booking in the booking's own transaction: one is not without the other. */
export function sendOutgoingMessage(
  inside: Transaction,
  paymentId: string,
  transfer: OutgoingTransfer,
  messages: SettlementMessages,
): void {
  const { submissionId, archiveId, booked } = transfer;
  inside.send(WRITE_MESSAGE, [paymentId, submissionId, archiveId, messages.creditTransfer(transfer), booked]);
}

/** The messages in PostgreSQL or PGlite. */
export class PostgresOutgoingMessages implements OutgoingMessages {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async latest(limit: number): Promise<OutgoingMessage[]> {
    return (await this.#database.query<MessageRow>(LATEST, [limit])).map(outgoingMessage);
  }

  async byId(messageId: string): Promise<OutgoingMessage | undefined> {
    const [row] = await this.#database.query<MessageRow>(BY_ID, [messageId]);
    return row && outgoingMessage(row);
  }
}

function outgoingMessage(row: MessageRow): OutgoingMessage {
  return {
    messageId: row.message_id,
    paymentId: asPaymentId(row.payment_id),
    submissionId: asSubmissionId(row.submission_id),
    amountCents: asCents(row.amount_cents),
    payeeName: row.payee_name,
    message: row.message,
    created: row.created,
    sent: row.sent ?? undefined,
  };
}
