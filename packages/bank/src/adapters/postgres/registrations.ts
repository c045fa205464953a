import { createHash } from 'node:crypto';
import type { ClientId } from '@lupa/protocol';
import type { Client } from '../../ports/clients.ts';
import type { AuditEvent } from '../../ports/records.ts';
import type {
  ClientChange,
  FetchedKeySet,
  NewRegistration,
  RegistrationOutcome,
  Registrations,
} from '../../ports/registrations.ts';
import { writeAuditEvent } from './audit-trail.ts';
import { clientValues, PostgresClients } from './clients.ts';
import type { Database, Statement, Transaction } from './database.ts';
import * as sql from './registration-statements.ts';

/** Ends a transaction whose registration cannot be, so that nothing of it stays. */
class NotRegistered extends Error {
  readonly outcome: Exclude<RegistrationOutcome, 'registered'>;
  constructor(outcome: Exclude<RegistrationOutcome, 'registered'>) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** Registrations in PostgreSQL or PGlite. */
export class PostgresRegistrations implements Registrations {
  readonly #database: Database;
  readonly #clients: PostgresClients;
  readonly #changed: () => void;

  /** @param changed told after every change, by whoever remembers clients */
  constructor(database: Database, changed: () => void) {
    this.#database = database;
    this.#clients = new PostgresClients(database);
    this.#changed = changed;
  }

  current(clientId: string): Promise<Client | undefined> {
    return this.#clients.byId(clientId);
  }

  async register(registration: NewRegistration): Promise<RegistrationOutcome> {
    try {
      await this.#database.transaction((inside) => insert(inside, registration));
      return 'registered';
    } catch (error) {
      if (error instanceof NotRegistered) return error.outcome;
      throw error;
    }
  }

  change(clientId: ClientId, change: ClientChange, audit: AuditEvent): Promise<boolean> {
    const { keySet } = change;
    return this.#audited(audit, sql.CHANGE_CLIENT, [
      clientId,
      change.clientName,
      JSON.stringify(change.redirectUris),
      JSON.stringify(change.grantTypes),
      change.certificateThumbprint,
      keySet?.jwksEndpoint ?? null,
      keySet?.jwksRevokedEndpoint ?? null,
      keySet === undefined ? null : JSON.stringify(keySet.jwks),
      keySet?.fetched ?? null,
    ]);
  }

  rotateSecret(
    clientId: ClientId,
    { digest, at, previousUntil }: { digest: Uint8Array; at: Date; previousUntil: Date },
    audit: AuditEvent,
  ): Promise<boolean> {
    return this.#audited(audit, sql.ROTATE_SECRET, [clientId, digest, at, previousUntil]);
  }

  async confirmSecret(clientId: ClientId, secretDigest: Uint8Array): Promise<void> {
    await this.#database.query(sql.CONFIRM_SECRET, [clientId, secretDigest]);
    this.#changed();
  }

  async end(clientId: ClientId, audit: AuditEvent): Promise<boolean> {
    const ended = await this.#database.transaction(async (inside) => {
      if ((await inside.query(sql.END_CLIENT, [clientId, audit.at])).length === 0) return false;
      const tokens = await inside.query(sql.REMOVE_ACCESS_TOKENS_OF_CLIENT, [clientId]);
      writeAuditEvent(inside, { ...audit, details: { ...audit.details, accessTokens: tokens.length } });
      return true;
    });
    this.#changed();
    return ended;
  }

  async askForKeys(clientId: ClientId, at: Date, askedBefore: Date): Promise<boolean> {
    return (await this.#database.query(sql.ASK_FOR_KEYS, [clientId, at, askedBefore])).length === 1;
  }

  async keepKeys(
    clientId: ClientId,
    { jwksEndpoint, jwks, fetched }: FetchedKeySet,
    audit: AuditEvent | undefined,
  ): Promise<void> {
    await this.#database.transaction(async (inside) => {
      const kept = await inside.query(sql.KEEP_KEYS, [clientId, jwksEndpoint, JSON.stringify(jwks), fetched]);
      if (kept.length > 0 && audit !== undefined) writeAuditEvent(inside, audit);
    });
    this.#changed();
  }

  async purgeJtis(before: Date, limit: number): Promise<number> {
    return (await this.#database.query(sql.PURGE_JTIS, [before, limit])).length;
  }

  async #audited(audit: AuditEvent, statement: Statement, values: readonly unknown[]): Promise<boolean> {
    const changed = await this.#database.transaction(async (inside) => {
      if ((await inside.query(statement, values)).length === 0) return false;
      writeAuditEvent(inside, audit);
      return true;
    });
    this.#changed();
    return changed;
  }
}

async function insert(inside: Transaction, registration: NewRegistration): Promise<void> {
  const { client, jti, forgetJtiAfter, maxApplications, audit } = registration;
  const { organisationId, registration: own } = client;
  inside.send(sql.LOCK_ORGANISATION, [organisationId, client.created]);
  const digest = createHash('sha256').update(jti).digest();
  const used = await inside.query(sql.USE_JTI, [organisationId, digest, forgetJtiAfter]);
  if (used.length === 0) throw new NotRegistered('jti-used');
  const [has] = await inside.query<{ applications: number }>(sql.COUNT_APPLICATIONS, [organisationId]);
  if ((has?.applications ?? 0) >= maxApplications) throw new NotRegistered('too-many');
  const endpoints = [own.jwksEndpoint, own.jwksRevokedEndpoint ?? null];
  inside.send(sql.ADD_CLIENT, [...clientValues(client), own.softwareId, own.tokenDigest, ...endpoints]);
  writeAuditEvent(inside, audit);
}
