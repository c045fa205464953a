import type { ClientId, JwkSet } from '@lupa/protocol';

/** A registered TPP application. Secrets are stored as SHA-256 digests only. */
export interface Client {
  readonly clientId: ClientId;
  readonly clientName: string;
  /** The organizationIdentifier of its certificates, without `PSD`. */
  readonly organisationId: string;
  readonly secretDigest: Uint8Array;
  readonly apiKeyDigest: Uint8Array;
  /** `x5t#S256` of the registered TLS client certificate: base64url SHA-256 of its DER, 43 characters. */
  readonly certificateThumbprint: string;
  readonly roles: readonly string[];
  readonly redirectUris: readonly string[];
  /** The client's public keys (parsed from `jwks`), by `kid`. */
  readonly keys: JwkSet;
  /** The same keys as a JSON Web Key Set, as registered. */
  readonly jwks: { readonly keys: readonly object[] };
}

/** What is stored of a client when it registers. */
export interface NewClient extends Omit<Client, 'keys'> {
  readonly created: Date;
}

export interface Clients {
  byId(clientId: string): Promise<Client | undefined>;
  /** @param digest SHA-256 of the `x-api-key` header's value */
  byApiKeyDigest(digest: Uint8Array): Promise<Client | undefined>;
  /** Adds the client, or replaces the one with the same `clientId`. */
  save(client: NewClient): Promise<void>;
}
