import { type JwsSigner, type SoftwareRole, signCompactJws } from '@lupa/protocol';
import { uuid } from '../uuid.ts';
import { type JwtSource, jwtTimes, systemSource } from './jwt-times.ts';

/** Whom the bank turns to. */
export interface OrganisationContact {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  /** What the contact is for, such as `Support` or `Technical`. */
  readonly type: string;
}

/** The organisation that has the licence. */
export interface Organisation {
  readonly name: string;
  /** The `organizationIdentifier` of its certificates (2.5.4.97) without `PSD`: `FI-FINFSA-1234567-1`. By default the QWAC's. */
  readonly id?: string;
  readonly contacts?: readonly OrganisationContact[];
}

/** What is said of the software that is registered (contract §10). */
export interface Software {
  /** `iss` of the statement: the TPP, by the name it goes by at the bank. */
  readonly tppId: string;
  /** `software_client_id`: this software, whatever client id the bank gives it. A UUID made anew by default. */
  readonly id?: string;
  /** What customers are shown. */
  readonly name: string;
  /** The software's home page. */
  readonly uri: string;
  /** `['PIS']` by default. */
  readonly roles?: readonly SoftwareRole[];
  /** Where the bank finds the public keys, `x5c` and all. https, and reachable from the bank. */
  readonly jwksEndpoint: string;
  /** Where it finds those that are not to be believed any more. */
  readonly jwksRevokedEndpoint?: string;
  /** Every redirect URI the software may ever register; by default those it registers now. */
  readonly redirectUris?: readonly string[];
  readonly organisation: Organisation;
}

/** The software with nothing left to default. */
export interface WholeSoftware extends Omit<Software, 'organisation'> {
  readonly roles: readonly SoftwareRole[];
  readonly redirectUris: readonly string[];
  readonly organisation: Required<Organisation>;
}

/**
 * Builds and signs the software statement (SSA, RFC 7591 section 2.3; contract §10): `iat` 100 s in the past, `exp` five hours ahead, as in
 * OP's example.
 *
 * @param signer a private key of the key set at `software.jwksEndpoint`
 */
export function buildSoftwareStatement(
  software: WholeSoftware,
  signer: JwsSigner,
  source: JwtSource = systemSource,
): string {
  const { organisation } = software;
  const claims = {
    iss: software.tppId,
    ...jwtTimes(source),
    jti: uuid(source),
    software_client_id: software.id ?? uuid(source),
    software_roles: software.roles,
    software_jwks_endpoint: software.jwksEndpoint,
    ...(software.jwksRevokedEndpoint === undefined
      ? {}
      : { software_jwks_revoked_endpoint: software.jwksRevokedEndpoint }),
    software_client_name: software.name,
    software_redirect_uris: software.redirectUris,
    software_client_uri: software.uri,
    org_name: organisation.name,
    org_id: organisation.id,
    org_contacts: organisation.contacts,
  };
  return signCompactJws(Buffer.from(JSON.stringify(claims)), signer);
}
