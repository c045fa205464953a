import type { AuditEvent } from '../../ports/records.ts';
import type { Transaction } from './database.ts';

const INSERT_EVENT = {
  name: 'insert-audit-event',
  text: `INSERT INTO audit_events (event_id, at, event, authorization_id, client_id, customer_id, request_id, details)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

/** Writes one line of the audit trail, in the transaction of the change it records. */
export function writeAuditEvent(inside: Transaction, event: AuditEvent): void {
  inside.send(INSERT_EVENT, [
    event.eventId,
    event.at,
    event.event,
    event.authorizationId ?? null,
    event.clientId ?? null,
    event.customerId ?? null,
    event.requestId ?? null,
    JSON.stringify(event.details),
  ]);
}
