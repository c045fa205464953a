import { type JwsSigner, signCompactJws } from '@lupa/protocol';
import { uuid } from '../uuid.ts';
import { type JwtSource, jwtTimes, systemSource } from './jwt-times.ts';

/** What a registration asks for, beside the software statement (contract §10). */
export interface RegistrationWish {
  readonly audience: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  /** As `buildSoftwareStatement` gave it. */
  readonly softwareStatement: string;
}

/** Builds and signs the registration JWT (RFC 7591 section 3.1, as a JWT; contract §10). It works once. */
export function buildRegistrationRequest(
  wish: RegistrationWish,
  signer: JwsSigner,
  source: JwtSource = systemSource,
): string {
  const claims = {
    ...jwtTimes(source),
    aud: wish.audience,
    jti: uuid(source),
    redirect_uris: wish.redirectUris,
    grant_types: wish.grantTypes,
    software_statement: wish.softwareStatement,
  };
  return signCompactJws(Buffer.from(JSON.stringify(claims)), signer);
}
