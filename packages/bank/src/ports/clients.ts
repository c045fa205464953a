import type { ClientId, JwkSet } from '@lupa/protocol';

/** A registered TPP application. Secrets are stored as SHA-256 digests only. */
export interface Client {
  readonly clientId: ClientId;
  readonly clientName: string;
  /** The organizationIdentifier of its certificates, without `PSD`. */
  readonly organisationId: string;
  readonly secretDigest: Uint8Array;
  /** The secret before this one: good until then, or until the new one is first used. */
  readonly previousSecret?: { readonly digest: Uint8Array; readonly until: Date };
  readonly apiKeyDigest: Uint8Array;
  /** `x5t#S256` of the registered TLS client certificate: base64url SHA-256 of its DER, 43 characters. */
  readonly certificateThumbprint: string;
  readonly roles: readonly string[];
  readonly redirectUris: readonly string[];
  /** As registered; absent where the bank registered the client itself, which may then use every grant. */
  readonly grantTypes?: readonly string[];
  /** The client's public keys (parsed from `jwks`), by `kid`. */
  readonly keys: JwkSet;
  /** The same keys as a JSON Web Key Set, as registered or last fetched: public members only. */
  readonly jwks: { readonly keys: readonly object[] };
  /** Present where the TPP registered the client itself (contract §10), and may manage it. */
  readonly registration?: ClientRegistration;
}

/** What only a client that registered itself has. */
export interface ClientRegistration {
  readonly softwareId: string;
  /** SHA-256 of the registration access token (RFC 7592). */
  readonly tokenDigest: Uint8Array;
  readonly issued: Date;
  readonly jwksEndpoint: string;
  readonly jwksRevokedEndpoint: string | undefined;
  /** When the keys in `jwks` were fetched. */
  readonly keysFetched: Date;
  /** When they were last asked for, by any process of this bank, whatever came of it. */
  readonly keysAsked: Date;
}

/** What is stored of a client when it registers. */
export interface NewClient extends Omit<Client, 'keys' | 'previousSecret' | 'registration'> {
  readonly created: Date;
}

export interface Clients {
  /** Clients that were deleted are not found any more. */
  byId(clientId: string): Promise<Client | undefined>;
  /** @param digest SHA-256 of the `x-api-key` header's value */
  byApiKeyDigest(digest: Uint8Array): Promise<Client | undefined>;
  /** Adds the client, or replaces the one with the same `clientId`. */
  save(client: NewClient): Promise<void>;
}
