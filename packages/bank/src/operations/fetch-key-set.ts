import { RegistrationRefused } from '@lupa/protocol';
import { type KeySet, readKeySet, withoutRevoked } from '../domain/key-set.ts';
import type { ClientRegistration } from '../ports/clients.ts';
import { FetchRefused, type OutsideDocuments } from '../ports/outside-documents.ts';

/** A key set of 16 keys, each with its chain of certificates, has a tenth of it. */
const MAX_KEY_SET_BYTES = 256 * 1024;

/**
 * Fetches a client's key set, and takes out what its owner says is revoked. Nothing is known to be revoked where the endpoint of
 * revoked keys is not found (404); where it cannot be reached, nobody knows, and the whole is refused.
 *
 * @throws RegistrationRefused key-set or revoked-keys
 */
export async function fetchKeySet(
  documents: OutsideDocuments,
  { jwksEndpoint, jwksRevokedEndpoint }: Pick<ClientRegistration, 'jwksEndpoint' | 'jwksRevokedEndpoint'>,
): Promise<KeySet> {
  const keySet = await documents
    .fetch(jwksEndpoint, { maxBytes: MAX_KEY_SET_BYTES })
    .then(readKeySet, refuseFetch('key-set', 'The key set could not be fetched'));
  if (jwksRevokedEndpoint === undefined) return keySet;
  const revoked = await documents
    .fetch(jwksRevokedEndpoint, { maxBytes: MAX_KEY_SET_BYTES })
    .catch((error: unknown) => {
      if (error instanceof FetchRefused && error.code === 'not-found') return undefined;
      return refuseFetch('revoked-keys', 'The set of revoked keys could not be fetched')(error);
    });
  return revoked === undefined ? keySet : withoutRevoked(keySet, revoked);
}

function refuseFetch(check: 'key-set' | 'revoked-keys', what: string) {
  return (error: unknown): never => {
    if (!(error instanceof FetchRefused)) throw error;
    throw new RegistrationRefused(check, `${what}: ${error.message}.`);
  };
}
