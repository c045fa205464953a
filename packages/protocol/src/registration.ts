import { JWT_BEARER_GRANT } from './exemption-request.ts';

/** What a software may do at a bank, of what its organisation is licensed for (contract §10). `PIS` initiates payments. */
export const SOFTWARE_ROLES = ['PIS', 'AIS', 'CBPII'] as const;
export type SoftwareRole = (typeof SOFTWARE_ROLES)[number];

/** The grants a client may register (contract §2). `implicit` is how OAuth calls an ID token in the redirect. */
export const REGISTRABLE_GRANTS = [
  'client_credentials',
  'authorization_code',
  'refresh_token',
  'implicit',
  JWT_BEARER_GRANT,
] as const;

/** `aud` of a registration JWT unless the bank is told otherwise (contract §10). */
export const DEFAULT_REGISTRATION_AUDIENCE = 'https://op.fi/';

/** Longest time from `iat` to `exp` of a registration JWT (D): OP's own example has five hours. */
export const MAX_REGISTRATION_LIFETIME_SECONDS = 86_400;
/** Longest time from `iat` to `exp` of a software statement (D): a statement is made once and used for several registrations. */
export const MAX_SOFTWARE_STATEMENT_LIFETIME_SECONDS = 366 * 86_400;
/** How far a TPP's clock may run ahead of the bank's. */
export const REGISTRATION_CLOCK_TOLERANCE_SECONDS = 60;

/** The OAuth errors of a registration (RFC 7591 section 3.2.2, RFC 6749 section 5.2, RFC 6750 section 3.1). */
export type RegistrationError =
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'invalid_software_statement'
  | 'unapproved_software_statement'
  | 'invalid_client'
  | 'invalid_token'
  | 'invalid_request'
  | 'temporarily_unavailable'
  | 'server_error';

/**
 * Every check of a registration and of its management, in the order in which they are made: of two mistakes the earlier one is
 * told. The name of the check that failed is the member `check` of the answer.
 */
export const REGISTRATION_CHECKS = {
  certificate: { httpStatus: 401, error: 'invalid_client' },
  'request-size': { httpStatus: 413, error: 'invalid_request' },
  'developer-key': { httpStatus: 401, error: 'invalid_client' },
  'registration-token': { httpStatus: 401, error: 'invalid_token' },
  'certificate-organisation': { httpStatus: 401, error: 'invalid_client' },
  rate: { httpStatus: 429, error: 'temporarily_unavailable' },
  request: { httpStatus: 400, error: 'invalid_request' },
  'registration-jwt': { httpStatus: 400, error: 'invalid_client_metadata' },
  'registration-claims': { httpStatus: 400, error: 'invalid_client_metadata' },
  'grant-types': { httpStatus: 400, error: 'invalid_client_metadata' },
  'redirect-uris': { httpStatus: 400, error: 'invalid_redirect_uri' },
  'registration-audience': { httpStatus: 400, error: 'invalid_client_metadata' },
  'registration-times': { httpStatus: 400, error: 'invalid_client_metadata' },
  'software-statement': { httpStatus: 400, error: 'invalid_software_statement' },
  'software-claims': { httpStatus: 400, error: 'invalid_software_statement' },
  'software-times': { httpStatus: 400, error: 'invalid_software_statement' },
  organisation: { httpStatus: 400, error: 'unapproved_software_statement' },
  'software-roles': { httpStatus: 400, error: 'unapproved_software_statement' },
  'software-redirect-uris': { httpStatus: 400, error: 'invalid_redirect_uri' },
  'key-set': { httpStatus: 400, error: 'invalid_software_statement' },
  'revoked-keys': { httpStatus: 400, error: 'invalid_software_statement' },
  'key-certificates': { httpStatus: 400, error: 'unapproved_software_statement' },
  'registration-signature': { httpStatus: 400, error: 'invalid_client_metadata' },
  'software-signature': { httpStatus: 400, error: 'invalid_software_statement' },
  replay: { httpStatus: 400, error: 'invalid_client_metadata' },
  limit: { httpStatus: 400, error: 'unapproved_software_statement' },
  unavailable: { httpStatus: 503, error: 'temporarily_unavailable' },
  internal: { httpStatus: 500, error: 'server_error' },
} as const satisfies Record<string, { readonly httpStatus: number; readonly error: RegistrationError }>;

export type RegistrationCheck = keyof typeof REGISTRATION_CHECKS;

/** Why a registration, or a change of one, is refused. */
export interface RegistrationRefusal {
  readonly check: RegistrationCheck;
  /** What happened, why, and what to do next; without secrets. */
  readonly description: string;
}

/** A registration is refused; thrown and caught within one call. */
export class RegistrationRefused extends Error {
  override readonly name = 'RegistrationRefused';
  readonly check: RegistrationCheck;

  constructor(check: RegistrationCheck, description: string) {
    super(description);
    this.check = check;
  }
}

/** The body of a refusal (RFC 7591 section 3.2.2), with `check` of our own. */
export interface RegistrationErrorBody {
  readonly error: RegistrationError;
  readonly error_description: string;
  readonly check: RegistrationCheck;
}

/** The body that tells a refusal. */
export function registrationErrorBody({ check, description }: RegistrationRefusal): RegistrationErrorBody {
  return { error: REGISTRATION_CHECKS[check].error, error_description: description, check };
}

/** The claims of a registration JWT whose shape is right; whether they are true is the bank's to check. */
export interface RegistrationClaims {
  readonly audiences: readonly string[];
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  readonly jti: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  /** The software statement, a compact JWS. */
  readonly softwareStatement: string;
}

/** The claims of a software statement (SSA) whose shape is right. */
export interface SoftwareStatementClaims {
  /** `iss`: the TPP by its own name. */
  readonly tppId: string;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  readonly jti: string;
  /** `software_client_id`. */
  readonly softwareId: string;
  readonly roles: readonly SoftwareRole[];
  readonly jwksEndpoint: string;
  readonly jwksRevokedEndpoint: string | undefined;
  readonly clientName: string;
  readonly redirectUris: readonly string[];
  /** `org_id`: the organizationIdentifier without `PSD`. */
  readonly organisationId: string;
}

/** What the bank says of a registration (contract §10; RFC 7591 section 3.2.1, RFC 7592 section 3). */
export interface RegisteredClient {
  readonly client_id: string;
  readonly client_id_issued_at: number;
  readonly client_name: string;
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly string[];
  readonly software_id: string;
  readonly scope: string;
  readonly jwks_endpoint: string;
  readonly jwks_revoked_endpoint?: string;
  readonly software_roles: readonly string[];
  readonly registration_client_uri: string;
  readonly registration_access_token: string;
}

/** The answer to a registration: its three secrets are told this once. */
export interface RegistrationAnswer extends RegisteredClient {
  readonly client_secret: string;
  /** 0: it does not expire (RFC 7591 section 3.2.1). */
  readonly client_secret_expires_at: number;
  readonly api_key: string;
}
