import type { Secret } from '../secret.ts';
import type { ClientSettings } from '../settings.ts';
import type { LineOptions } from '../wire/line.ts';
import type { Software } from './software-statement.ts';

/** A TPP that wants to be a bank's client, and what it registers (contract §10). */
export interface RegistrationSettings extends LineOptions, Pick<ClientSettings, 'tls'> {
  /** The issuer, such as `http://localhost:8080`: its discovery document names the registration endpoint. */
  readonly bank?: string;
  /** The registration endpoint itself; goes before the discovered one. */
  readonly registrationUrl?: string;
  /** `aud` of the registration JWT. `https://op.fi/` by default. */
  readonly audience?: string;
  /** The key the bank's developer portal gave, sent as `x-api-key`; any in a sandbox. The client's own comes with the registration. */
  readonly developerKey: string | Secret;
  /** A key of the key set at `software.jwksEndpoint`; OP's own example takes the QWAC's, with RS256. */
  readonly signing: ClientSettings['signing'];
  readonly software: Software;
  /** Where customers may come back to: https, or http on localhost. */
  readonly redirectUris: readonly string[];
  /** By default `client_credentials`, `authorization_code` and `refresh_token`. */
  readonly grantTypes?: readonly string[];
}
