import { asClientId, parseJwkSet } from '@lupa/protocol';
import type { Client, Clients, NewClient } from '../../ports/clients.ts';
import type { Database, Statement } from './database.ts';

const COLUMNS =
  'client_id, client_name, organisation_id, secret_digest, api_key_digest, certificate_thumbprint, roles, redirect_uris, jwks';
const BY_ID = {
  name: 'client-by-id',
  text: `SELECT ${COLUMNS} FROM clients WHERE client_id = $1`,
};
const BY_API_KEY = {
  name: 'client-by-api-key',
  text: `SELECT ${COLUMNS} FROM clients WHERE api_key_digest = $1`,
};
const SAVE = {
  name: 'save-client',
  text: `INSERT INTO clients (${COLUMNS}, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (client_id) DO UPDATE
    SET client_name = EXCLUDED.client_name, organisation_id = EXCLUDED.organisation_id,
      secret_digest = EXCLUDED.secret_digest, api_key_digest = EXCLUDED.api_key_digest,
      certificate_thumbprint = EXCLUDED.certificate_thumbprint, roles = EXCLUDED.roles,
      redirect_uris = EXCLUDED.redirect_uris, jwks = EXCLUDED.jwks`,
};

interface ClientRow {
  client_id: string;
  client_name: string;
  organisation_id: string;
  secret_digest: Uint8Array;
  api_key_digest: Uint8Array;
  certificate_thumbprint: string;
  roles: string[];
  redirect_uris: string[];
  jwks: { keys: object[] };
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
    await this.#database.query(SAVE, [
      client.clientId,
      client.clientName,
      client.organisationId,
      client.secretDigest,
      client.apiKeyDigest,
      client.certificateThumbprint,
      JSON.stringify(client.roles),
      JSON.stringify(client.redirectUris),
      JSON.stringify(client.jwks),
      client.created,
    ]);
  }

  async #find(statement: Statement, key: string | Uint8Array): Promise<Client | undefined> {
    const [row] = await this.#database.query<ClientRow>(statement, [key]);
    if (row === undefined) return undefined;
    return {
      clientId: asClientId(row.client_id),
      clientName: row.client_name,
      organisationId: row.organisation_id,
      secretDigest: row.secret_digest,
      apiKeyDigest: row.api_key_digest,
      certificateThumbprint: row.certificate_thumbprint,
      roles: row.roles,
      redirectUris: row.redirect_uris,
      keys: parseJwkSet(row.jwks),
      jwks: row.jwks,
    };
  }
}
