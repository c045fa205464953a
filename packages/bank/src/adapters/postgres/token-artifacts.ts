import type { Clock } from '../../ports/clock.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type {
  Artifact,
  ArtifactChanges,
  ArtifactToSave,
  CommitOutcome,
  SingleUse,
  TokenArtifacts,
} from '../../ports/token-artifacts.ts';
import type { TokenUse } from '../../ports/token-use.ts';
import { randomIdentifiers } from '../random-identifiers.ts';
import type { Database, Queryable } from './database.ts';
import { confirmRefreshToken } from './refresh-rotation.ts';
import { revokeGrant } from './revoke-grant.ts';
import { digestOf, saveArtifact } from './save-artifact.ts';
import * as sql from './token-artifact-statements.ts';

const ACCESS_TOKEN_MODELS: ReadonlySet<string> = new Set(['AccessToken', 'ClientCredentials']);

/** Ends the transaction without a trace. */
class Abandoned extends Error {
  readonly outcome: CommitOutcome;
  constructor(outcome: CommitOutcome) {
    super(outcome);
    this.outcome = outcome;
  }
}

/**
 * Codes, tokens and grants in PostgreSQL. Whatever touches more than one row of a family locks the row of its grant first,
 * so that of a redemption, a refresh and a revocation at once each sees the other whole or not at all.
 */
export class PostgresTokenArtifacts implements TokenArtifacts, TokenUse {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #identifiers: Identifiers;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#identifiers = randomIdentifiers(clock);
  }

  async find(model: string, id: string): Promise<Artifact | undefined> {
    const [row] = ACCESS_TOKEN_MODELS.has(model)
      ? await this.#database.query<sql.ArtifactRow>(sql.FIND_ACCESS_TOKEN, [
          digestOf(id),
          model === 'ClientCredentials',
        ])
      : await this.#database.query<sql.ArtifactRow>(sql.FIND_ARTIFACT, [model, digestOf(id)]);
    if (row === undefined) return undefined;
    const { payload, expiresAt, grantId, consumedAt } = row;
    return { model, id, payload, expiresAt, grantId: grantId ?? undefined, consumedAt: consumedAt ?? undefined };
  }

  async commit(changes: ArtifactChanges): Promise<CommitOutcome> {
    const { uses, rotation, saves } = changes;
    const [only] = saves;
    if (only !== undefined && saves.length === 1 && only.grantId === undefined && uses.length === 0) {
      await saveArtifact(this.#database, only);
      return 'done';
    }
    try {
      await this.#database.transaction(async (inside) => {
        // Sent without waiting, they travel together and run in this order; any of them may abandon them all.
        const locked = lockGrants(inside, saves);
        const used = uses.map((use) => useUp(inside, use));
        await Promise.all([locked, ...used]);
        if (rotation !== undefined) await rotate(inside, rotation.refreshTokenId, rotation.at);
        await Promise.all(saves.map((artifact) => saveArtifact(inside, artifact)));
      });
      return 'done';
    } catch (error) {
      if (error instanceof Abandoned) return error.outcome;
      throw error;
    }
  }

  async remove(model: string, id: string): Promise<void> {
    if (ACCESS_TOKEN_MODELS.has(model)) await this.#database.query(sql.REMOVE_ACCESS_TOKEN, [digestOf(id)]);
    else await this.#database.query(sql.REMOVE_ARTIFACT, [model, digestOf(id)]);
  }

  revokeGrant(grantId: string, requestId?: string): Promise<void> {
    const revocation = { grantId, requestId, at: this.#clock.now(), eventId: this.#identifiers.uuid() };
    return this.#database.transaction((inside) => revokeGrant(inside, revocation));
  }

  async confirm(unconfirmedRefresh: string): Promise<void> {
    const digest = Buffer.from(unconfirmedRefresh, 'hex');
    await this.#database.transaction(async (inside) => {
      const [row] = await inside.query<{ grantId: string }>(sql.GRANT_OF_REFRESH_TOKEN, [digest]);
      if (row !== undefined) await inside.query(sql.LOCK_GRANT, [digestOf(row.grantId), new Date(0)]);
      await confirmRefreshToken(inside, digest, this.#clock.now());
    });
  }

  async purge(before: Date, limit: number): Promise<number> {
    const tokens = await this.#database.query(sql.PURGE_ACCESS_TOKENS, [before, limit]);
    const artifacts = await this.#database.query(sql.PURGE_ARTIFACTS, [before, limit]);
    return tokens.length + artifacts.length;
  }
}

/** Locks the grants anything is issued under, and lets them live as long as what is issued. */
async function lockGrants(inside: Queryable, saves: readonly ArtifactToSave[]): Promise<void> {
  const until = new Map<string, Date>();
  for (const { grantId, expiresAt } of saves) {
    if (grantId === undefined) continue;
    const known = until.get(grantId);
    if (known === undefined || known < expiresAt) until.set(grantId, expiresAt);
  }
  const locks = [...until]
    .sort()
    .map(([grantId, expiresAt]) => inside.query(sql.LOCK_GRANT, [digestOf(grantId), expiresAt]));
  for (const rows of await Promise.all(locks)) if (rows.length === 0) throw new Abandoned('grant-gone');
}

async function useUp(inside: Queryable, { model, id, at, keepUntil }: SingleUse): Promise<void> {
  const rows =
    keepUntil === undefined
      ? await inside.query(sql.REMOVE_ARTIFACT, [model, digestOf(id)])
      : await inside.query(sql.CONSUME_ARTIFACT, [model, digestOf(id), at, keepUntil]);
  if (rows.length === 0) throw new Abandoned('lost');
}

/** Giving a refresh token in is its first use; it must not have been ended since the caller read it. */
async function rotate(inside: Queryable, refreshTokenId: string, at: Date): Promise<void> {
  const digest = digestOf(refreshTokenId);
  const rows = await inside.query(sql.FIND_USABLE_REFRESH_TOKEN, [digest]);
  if (rows.length === 0) throw new Abandoned('lost');
  await confirmRefreshToken(inside, digest, at);
}
