import { hash, timingSafeEqual } from 'node:crypto';
import { RegistrationRefused } from '@lupa/protocol';
import type { KnownCertificate } from '../ports/certificate-trust.ts';
import type { Client, ClientRegistration } from '../ports/clients.ts';
import { organisationOf } from './certified-organisation.ts';
import type { RegistrationBank } from './registration-bank.ts';

/** A client that registered itself. */
export type ManagedClient = Client & { readonly registration: ClientRegistration };

/** One call about a registration (RFC 7592 section 2). */
export interface ManagementCall {
  /** That of the TLS connection: a QWAC that was let in. */
  readonly certificate: KnownCertificate;
  readonly clientId: string;
  /** The registration access token. */
  readonly token: string | undefined;
  readonly requestId: string;
}

/**
 * Finds the client a call is about, if the caller may manage it: whoever holds its registration access token and a good QWAC of its
 * organisation, the registered one or a renewed one. It is read from the store, so that a client that was just deleted is gone.
 *
 * @throws RegistrationRefused registration-token, certificate-organisation
 * @throws LupaError TOO_MANY_REQUESTS
 */
export async function requireManagedClient(bank: RegistrationBank, call: ManagementCall): Promise<ManagedClient> {
  const { organisationId } = organisationOf(call.certificate);
  const client = await bank.registrations.current(call.clientId);
  if (!isTokenOf(client, call.token) || !isManaged(client)) {
    throw new RegistrationRefused(
      'registration-token',
      'The registration access token is missing, or it is not that of a client at this address: send the one the registration was answered with, as Authorization: Bearer.',
    );
  }
  if (client.organisationId !== organisationId) {
    throw new RegistrationRefused(
      'certificate-organisation',
      'The TLS certificate is of another organisation than the client: connect with a QWAC of its own.',
    );
  }
  await bank.takeTry(organisationId);
  return client;
}

/** @throws RegistrationRefused registration-token: it was deleted between being found and being changed */
export function requireStillThere(isThere: boolean): void {
  if (isThere) return;
  throw new RegistrationRefused('registration-token', 'The client was deleted meanwhile: register anew.');
}

function isManaged(client: Client | undefined): client is ManagedClient {
  return client?.registration !== undefined;
}

/** Nobody's. */
const NO_DIGEST = new Uint8Array(32);

/** The same work whether there is such a client or not. */
function isTokenOf(client: Client | undefined, token: string | undefined): boolean {
  return timingSafeEqual(hash('sha256', token ?? '', 'buffer'), client?.registration?.tokenDigest ?? NO_DIGEST);
}
