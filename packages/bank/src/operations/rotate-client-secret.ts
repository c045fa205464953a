import { digestOf, newClientSecret } from './client-secret.ts';
import { type ManagedClient, type ManagementCall, requireManagedClient, requireStillThere } from './managed-client.ts';
import { type RegistrationBank, registrationAudit } from './registration-bank.ts';

/** How long the secret before goes on, unless the new one is used earlier (D). */
const PREVIOUS_SECRET_SECONDS = 600;

/**
 * Gives a client a new secret. The one it used until now stays good for ten minutes, or until the new one is first used: an answer
 * that got lost locks nobody out, and a TPP of many processes tells them one after the other.
 *
 * @throws RegistrationRefused as `requireManagedClient`
 */
export async function rotateClientSecret(
  bank: RegistrationBank,
  call: ManagementCall,
): Promise<{ readonly client: ManagedClient; readonly clientSecret: string; readonly previousUntil: Date }> {
  const client = await requireManagedClient(bank, call);
  const clientSecret = newClientSecret(bank);
  const at = bank.clock.now();
  const previousUntil = new Date(at.getTime() + PREVIOUS_SECRET_SECONDS * 1000);
  const isThere = await bank.registrations.rotateSecret(
    client.clientId,
    { digest: digestOf(clientSecret), at, previousUntil },
    registrationAudit(bank, {
      event: 'client secret rotated',
      clientId: client.clientId,
      at,
      requestId: call.requestId,
      details: { previousUntil: previousUntil.toISOString() },
    }),
  );
  requireStillThere(isThere);
  return { client, clientSecret, previousUntil };
}
