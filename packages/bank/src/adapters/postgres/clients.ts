import { asClientId, parseJwkSet } from '@lupa/protocol';
import type { Client, ClientRegistration, Clients, NewClient } from '../../ports/clients.ts';
import type { Database, Statement } from './database.ts';

const COLUMNS =
  'client_id, client_name, organisation_id, secret_digest, api_key_digest, certificate_thumbprint, roles, redirect_uris, jwks, grant_types';
const READ = `SELECT ${COLUMNS}, previous_secret_digest, previous_secret_until, software_id, registration_token_digest, jwks_endpoint,
    jwks_revoked_endpoint, keys_fetched, keys_asked, created
  FROM clients WHERE ended IS NULL AND`;
const BY_ID = {
  name: 'client-by-id',
  text: `${READ} client_id = $1`,
};
const BY_API_KEY = {
  name: 'client-by-api-key',
  text: `${READ} api_key_digest = $1`,
};
const SAVE = {
  name: 'save-client',
  text: `INSERT INTO clients (${COLUMNS}, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (client_id) DO UPDATE
    SET client_name = EXCLUDED.client_name, organisation_id = EXCLUDED.organisation_id,
      secret_digest = EXCLUDED.secret_digest, api_key_digest = EXCLUDED.api_key_digest,
      certificate_thumbprint = EXCLUDED.certificate_thumbprint, roles = EXCLUDED.roles,
      redirect_uris = EXCLUDED.redirect_uris, jwks = EXCLUDED.jwks, grant_types = EXCLUDED.grant_types`,
};

interface ClientRow {
  client_id: string;
  client_name: string;
  organisation_id: string;
  secret_digest: Uint8Array;
  previous_secret_digest: Uint8Array | null;
  previous_secret_until: Date | null;
  api_key_digest: Uint8Array;
  certificate_thumbprint: string;
  roles: string[];
  redirect_uris: string[];
  grant_types: string[] | null;
  jwks: { keys: object[] };
  software_id: string | null;
  registration_token_digest: Uint8Array | null;
  jwks_endpoint: string | null;
  jwks_revoked_endpoint: string | null;
  keys_fetched: Date | null;
  keys_asked: Date | null;
  created: Date;
}

/** Registered TPP applications in PostgreSQL or PGlite. */
export class PostgresClients implements Clients {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  byId(clientId: string): Promise<Client | undefined> {
    return this.#find(BY_ID, clientId);
  }

  byApiKeyDigest(digest: Uint8Array): Promise<Client | undefined> {
    return this.#find(BY_API_KEY, digest);
  }

  async save(client: NewClient): Promise<void> {
    await this.#database.query(SAVE, clientValues(client));
  }

  async #find(statement: Statement, key: string | Uint8Array): Promise<Client | undefined> {
    const [row] = await this.#database.query<ClientRow>(statement, [key]);
    return row && readClient(row);
  }
}

/** The values of `COLUMNS` and `created`, in that order. */
export function clientValues(client: NewClient): unknown[] {
  return [
    client.clientId,
    client.clientName,
    client.organisationId,
    client.secretDigest,
    client.apiKeyDigest,
    client.certificateThumbprint,
    JSON.stringify(client.roles),
    JSON.stringify(client.redirectUris),
    JSON.stringify(client.jwks),
    client.grantTypes === undefined ? null : JSON.stringify(client.grantTypes),
    client.created,
  ];
}

function readClient(row: ClientRow): Client {
  const registration = readRegistration(row);
  const { previous_secret_digest: digest, previous_secret_until: until } = row;
  return {
    clientId: asClientId(row.client_id),
    clientName: row.client_name,
    organisationId: row.organisation_id,
    secretDigest: row.secret_digest,
    ...(digest === null || until === null ? {} : { previousSecret: { digest, until } }),
    apiKeyDigest: row.api_key_digest,
    certificateThumbprint: row.certificate_thumbprint,
    roles: row.roles,
    redirectUris: row.redirect_uris,
    ...(row.grant_types === null ? {} : { grantTypes: row.grant_types }),
    keys: parseJwkSet(row.jwks),
    jwks: row.jwks,
    ...(registration === undefined ? {} : { registration }),
  };
}

/** The database says that a registration is whole or not there. */
function readRegistration(row: ClientRow): ClientRegistration | undefined {
  const { software_id: softwareId, registration_token_digest: tokenDigest, jwks_endpoint: jwksEndpoint } = row;
  const { keys_fetched: keysFetched, keys_asked: keysAsked } = row;
  if (softwareId === null || tokenDigest === null || jwksEndpoint === null) return undefined;
  if (keysFetched === null || keysAsked === null) return undefined;
  const jwksRevokedEndpoint = row.jwks_revoked_endpoint ?? undefined;
  return { softwareId, tokenDigest, issued: row.created, jwksEndpoint, jwksRevokedEndpoint, keysFetched, keysAsked };
}
