import { type ManagementCall, requireManagedClient, requireStillThere } from './managed-client.ts';
import { type RegistrationBank, registrationAudit } from './registration-bank.ts';

/**
 * Deletes a client (RFC 7592 section 2.3): its access tokens end in the same transaction, and neither its API key nor its secret,
 * codes or refresh tokens are taken any more. Payments it has submitted are booked all the same.
 *
 * @throws RegistrationRefused as `requireManagedClient`
 */
export async function deleteClient(bank: RegistrationBank, call: ManagementCall): Promise<void> {
  const { clientId, organisationId, clientName } = await requireManagedClient(bank, call);
  const isThere = await bank.registrations.end(
    clientId,
    registrationAudit(bank, {
      event: 'client deleted',
      clientId,
      at: bank.clock.now(),
      requestId: call.requestId,
      details: { organisationId, clientName },
    }),
  );
  requireStillThere(isThere);
}
