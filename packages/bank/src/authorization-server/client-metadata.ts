import { grantsUsable, JWT_BEARER_GRANT } from '@lupa/protocol';
import type { Client } from '../ports/clients.ts';

/** Name of our own member of a client's metadata: `x5t#S256` of its registered certificate. */
export const CERTIFICATE_THUMBPRINT = 'certificate_thumbprint';

/** Likewise: the organisation whose certificates it must show. */
export const ORGANISATION_ID = 'organisation_id';

/** Likewise: the digest of the secret before, and until when that is good, in milliseconds since 1970. */
export const PREVIOUS_SECRET = 'previous_secret';
export const PREVIOUS_SECRET_UNTIL = 'previous_secret_until';

const EVERY_GRANT = ['authorization_code', 'refresh_token', 'client_credentials', JWT_BEARER_GRANT];

/**
 * A client as the library wants to know it. Its secret we do not have: in the secret's place stands the digest, and
 * `overrides.ts` compares digests. Its keys stay with us, for we verify its request objects.
 */
export function clientMetadata(client: Client): Record<string, unknown> {
  const grants = client.grantTypes === undefined ? EVERY_GRANT : grantsUsable(client.grantTypes);
  const mayAuthorize = grants.includes('authorization_code');
  const { previousSecret } = client;
  return {
    client_id: client.clientId,
    client_name: client.clientName,
    client_secret: Buffer.from(client.secretDigest).toString('base64url'),
    [CERTIFICATE_THUMBPRINT]: client.certificateThumbprint,
    [ORGANISATION_ID]: client.organisationId,
    ...(previousSecret && {
      [PREVIOUS_SECRET]: Buffer.from(previousSecret.digest).toString('base64url'),
      [PREVIOUS_SECRET_UNTIL]: previousSecret.until.getTime(),
    }),
    redirect_uris: [...client.redirectUris],
    // An ID token in the redirect is OAuth's "implicit", and comes with the code (contract §3).
    grant_types: [...new Set([...grants, ...(mayAuthorize ? ['implicit'] : [])])],
    response_types: mayAuthorize ? ['code', 'code id_token'] : [],
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: 'RS256',
    tls_client_certificate_bound_access_tokens: true,
  };
}
