import type { AuthorizationId, CustomerId } from '@lupa/protocol';
import type { Identifiers } from '../ports/identifiers.ts';
import type { AuditEvent } from '../ports/records.ts';
import type { Call } from './authenticated-call.ts';

/** What a payments call leaves in the audit trail. `details` never hold a token, a secret or a code. */
export function callAudit(
  identifiers: Identifiers,
  call: Call,
  at: Date,
  what: {
    event: string;
    authorizationId?: AuthorizationId;
    customerId?: CustomerId | undefined;
    details: Record<string, unknown>;
  },
): AuditEvent {
  return {
    eventId: identifiers.uuid(),
    at,
    event: what.event,
    authorizationId: what.authorizationId,
    clientId: call.client.clientId,
    customerId: what.customerId,
    requestId: call.requestId,
    details: what.details,
  };
}
