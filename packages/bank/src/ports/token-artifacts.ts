import type { AuthorizationId, ClientId, CustomerId } from '@lupa/protocol';
import type { TokenKind } from './records.ts';

/**
 * Where the authorization server keeps what it issues: codes, tokens, grants, and authorization requests that wait for the
 * customer. Ids are given as they are and stored as SHA-256 only; a payload never repeats its id.
 */
export interface TokenArtifacts {
  /** @returns the artifact, expired or used ones included, for as long as it is kept */
  find(model: string, id: string): Promise<Artifact | undefined>;
  /** Makes all the changes in one transaction, or none of them. */
  commit(changes: ArtifactChanges): Promise<CommitOutcome>;
  /** Removes one artifact; nothing happens when it is not there. */
  remove(model: string, id: string): Promise<void>;
  /**
   * Removes the grant and everything issued under it, access tokens included, in one transaction with the line of the audit
   * trail. Nothing happens when it is not there.
   *
   * @param requestId of the request that led to it, where there was one
   */
  revokeGrant(grantId: string, requestId?: string): Promise<void>;
  /** Removes what expired before `before`, at most `limit` of each kind. @returns how many */
  purge(before: Date, limit: number): Promise<number>;
}

export interface Artifact {
  readonly model: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The grant it was issued under; the grant itself has none. */
  readonly grantId: string | undefined;
  readonly expiresAt: Date;
  readonly consumedAt: Date | undefined;
}

/** What one answer of the authorization server changes. */
export interface ArtifactChanges {
  /** Artifacts that are used up by this answer: each must still be there and unused, or nothing is changed at all. */
  readonly uses: readonly SingleUse[];
  /** The refresh token that is being renewed, if any. */
  readonly rotation: Rotation | undefined;
  readonly saves: readonly ArtifactToSave[];
}

/** Taken away altogether, or kept marked as used (so that a second use is recognised) until `keepUntil`. */
export interface SingleUse {
  readonly model: string;
  readonly id: string;
  readonly at: Date;
  readonly keepUntil: Date | undefined;
}

/**
 * A refresh token is given in for a new one. It stays usable, for the answer may get lost, until the new one or the access
 * token beside it is first used (contract §2). Giving it in is itself a first use: it ends what it superseded.
 */
export interface Rotation {
  readonly refreshTokenId: string;
  readonly at: Date;
}

export interface ArtifactToSave extends Omit<Artifact, 'consumedAt'> {
  /** Present for access tokens (`AccessToken`, `ClientCredentials`): what the payments API reads of them. */
  readonly token?: TokenFacts | undefined;
  /** For a new refresh token: the one it supersedes. */
  readonly supersedes?: string | undefined;
}

export interface TokenFacts {
  readonly kind: TokenKind;
  readonly clientId: ClientId;
  readonly certificateThumbprint: string;
  readonly scope: string;
  readonly authorizationId: AuthorizationId | undefined;
  readonly customerId: CustomerId | undefined;
  /** The refresh token issued beside it when an earlier one was given in for the two. */
  readonly unconfirmedRefreshToken: string | undefined;
}

/**
 * - `lost`: what should be used up was not there any more, or used already; nothing was changed
 * - `grant-gone`: the grant was revoked meanwhile; nothing was changed
 */
export type CommitOutcome = 'done' | 'lost' | 'grant-gone';
