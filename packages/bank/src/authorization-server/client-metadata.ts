import { JWT_BEARER_GRANT } from '@lupa/protocol';
import type { Client } from '../ports/clients.ts';

/** Name of our own member of a client's metadata: `x5t#S256` of its registered certificate. */
export const CERTIFICATE_THUMBPRINT = 'certificate_thumbprint';

/** Likewise: the organisation whose certificates it must show. */
export const ORGANISATION_ID = 'organisation_id';

/**
 * A client as the library wants to know it. Its secret we do not have: in the secret's place stands the digest, and
 * `overrides.ts` compares digests. Its keys stay with us, for we verify its request objects.
 */
export function clientMetadata(client: Client): Record<string, unknown> {
  return {
    client_id: client.clientId,
    client_name: client.clientName,
    client_secret: Buffer.from(client.secretDigest).toString('base64url'),
    [CERTIFICATE_THUMBPRINT]: client.certificateThumbprint,
    [ORGANISATION_ID]: client.organisationId,
    redirect_uris: [...client.redirectUris],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', JWT_BEARER_GRANT, 'implicit'],
    response_types: ['code', 'code id_token'],
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: 'RS256',
    tls_client_certificate_bound_access_tokens: true,
  };
}
