import { type ClientChangeRequest, parseClientChange, parseStrictJson, RegistrationRefused } from '@lupa/protocol';
import { kidsOf } from '../domain/key-set.ts';
import type { ClientChange, FetchedKeySet } from '../ports/registrations.ts';
import { certifyKeys } from './certify-keys.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { type ManagedClient, type ManagementCall, requireManagedClient, requireStillThere } from './managed-client.ts';
import { REGISTERED_SCOPE, type RegistrationBank, registrationAudit, underCheck } from './registration-bank.ts';

/**
 * Changes a client (RFC 7592 section 2.2): its name, redirect URIs, grants, and where its keys are; a key set at a new place is
 * fetched and judged as at registration. Called with a renewed QWAC of the same organisation, that one becomes the registered one:
 * the token endpoint takes no other from then on, and what was issued to the old one ends in its own time.
 *
 * @param readBody reads the JSON as received
 * @returns the client as it is now
 * @throws RegistrationRefused
 */
export async function changeClient(
  bank: RegistrationBank,
  call: ManagementCall,
  readBody: () => Uint8Array,
): Promise<ManagedClient> {
  const client = await requireManagedClient(bank, call);
  const json = underCheck('request', 'The body cannot be read', () => parseStrictJson(readBody()));
  const request = parseClientChange(json, {
    software_id: client.registration.softwareId,
    software_roles: client.roles,
    scope: REGISTERED_SCOPE,
  });
  if (request.clientId !== client.clientId) {
    throw new RegistrationRefused(
      'request',
      'client_id is not that of the address: send the registration of this client.',
    );
  }
  const change = await changeOf(bank, client, request, call.certificate.thumbprint);
  const { keySet, ...rest } = change;
  const isThere = await bank.registrations.change(
    client.clientId,
    change,
    registrationAudit(bank, {
      event: 'client changed',
      clientId: client.clientId,
      at: bank.clock.now(),
      requestId: call.requestId,
      details: { ...rest, ...(keySet && { jwksEndpoint: keySet.jwksEndpoint, kids: kidsOf(keySet) }) },
    }),
  );
  requireStillThere(isThere);
  return changed(client, change);
}

async function changeOf(
  bank: RegistrationBank,
  client: ManagedClient,
  request: ClientChangeRequest,
  certificateThumbprint: string,
): Promise<ClientChange & { readonly keySet?: FetchedKeySet & Awaited<ReturnType<typeof fetchKeySet>> }> {
  const { clientName, redirectUris, grantTypes = client.grantTypes ?? [] } = request;
  const change = { clientName, redirectUris, grantTypes, certificateThumbprint };
  const { jwksEndpoint, jwksRevokedEndpoint } = movedKeySet(client, request);
  if (jwksEndpoint === undefined) return change;
  const place = { jwksEndpoint, jwksRevokedEndpoint };
  const fetched = bank.clock.now();
  const keySet = await fetchKeySet(bank.documents, place);
  await certifyKeys(bank.trust, keySet, client.organisationId);
  return { ...change, keySet: { ...place, ...keySet, fetched } };
}

/** Where the key set is to be, if not where it is. */
function movedKeySet({ registration }: ManagedClient, { jwksEndpoint, jwksRevokedEndpoint }: ClientChangeRequest) {
  const revoked = jwksRevokedEndpoint ?? registration.jwksRevokedEndpoint;
  const stays = jwksEndpoint === registration.jwksEndpoint && revoked === registration.jwksRevokedEndpoint;
  return { jwksEndpoint: stays ? undefined : jwksEndpoint, jwksRevokedEndpoint: revoked };
}

function changed(client: ManagedClient, { keySet, ...change }: ClientChange): ManagedClient {
  const { jwksEndpoint, jwksRevokedEndpoint } = keySet ?? client.registration;
  return { ...client, ...change, registration: { ...client.registration, jwksEndpoint, jwksRevokedEndpoint } };
}
