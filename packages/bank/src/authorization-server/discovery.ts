import { ACR_SCA, JWS_ALGORITHMS, JWT_BEARER_GRANT, RESPONSE_TYPES } from '@lupa/protocol';
import { PATHS } from './provider-configuration.ts';

export interface PublishedAddresses {
  readonly issuer: string;
  readonly apiBaseUrl: string;
  readonly registrationEndpoint: string | undefined;
}

/**
 * The metadata of OpenID Connect Discovery and RFC 8414, one document for both addresses. Its own addresses come from the settings alone,
 * never from a request's `Host`. The token endpoint is on the mutual-TLS listener only, so that RFC 8705's aliases name the same places.
 */
export function discoveryDocument({ issuer, apiBaseUrl, registrationEndpoint }: PublishedAddresses): object {
  const mutualTls = {
    token_endpoint: `${apiBaseUrl}${PATHS.token}`,
    revocation_endpoint: `${apiBaseUrl}${PATHS.revocation}`,
    introspection_endpoint: `${apiBaseUrl}${PATHS.introspection}`,
  };
  const clientAuthentication = ['client_secret_post'];
  return {
    issuer,
    authorization_endpoint: `${issuer}${PATHS.authorization}`,
    jwks_uri: `${issuer}${PATHS.jwks}`,
    ...mutualTls,
    ...(registrationEndpoint === undefined ? {} : { registration_endpoint: registrationEndpoint }),
    mtls_endpoint_aliases: mutualTls,
    scopes_supported: ['openid', 'payments'],
    response_types_supported: RESPONSE_TYPES,
    response_modes_supported: ['query', 'fragment'],
    grant_types_supported: ['client_credentials', 'authorization_code', 'refresh_token', JWT_BEARER_GRANT],
    subject_types_supported: ['public'],
    acr_values_supported: [ACR_SCA],
    ui_locales_supported: ['fi', 'sv', 'en'],
    claims_supported: [
      ...['iss', 'iat', 'exp', 'aud', 'sub', 'authorizationId', 'acr', 'nonce'],
      ...['s_hash', 'c_hash', 'at_hash', 'rt_hash'],
    ],
    claim_types_supported: ['normal'],
    claims_parameter_supported: true,
    id_token_signing_alg_values_supported: ['RS256'],
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    require_signed_request_object: true,
    request_object_signing_alg_values_supported: JWS_ALGORITHMS,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: clientAuthentication,
    revocation_endpoint_auth_methods_supported: clientAuthentication,
    introspection_endpoint_auth_methods_supported: clientAuthentication,
    tls_client_certificate_bound_access_tokens: true,
    authorization_response_iss_parameter_supported: true,
  };
}
