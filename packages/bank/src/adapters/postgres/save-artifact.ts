import { createHash } from 'node:crypto';
import type { ArtifactToSave, TokenFacts } from '../../ports/token-artifacts.ts';
import type { Queryable } from './database.ts';
import { refreshTokenMark } from './refresh-rotation.ts';
import * as sql from './token-artifact-statements.ts';

/** Saves one artifact, an access token in its own table. */
export async function saveArtifact(inside: Queryable, artifact: ArtifactToSave): Promise<void> {
  if (artifact.token !== undefined) return saveAccessToken(inside, artifact, artifact.token);
  const { model, id, grantId, supersedes, payload, expiresAt } = artifact;
  const superseded = supersedes === undefined ? null : digestOf(supersedes);
  const values = [model, digestOf(id), grantId ?? null, superseded, JSON.stringify(payload), expiresAt];
  await inside.query(sql.SAVE_ARTIFACT, values);
}

async function saveAccessToken(
  inside: Queryable,
  { id, grantId, payload, expiresAt }: ArtifactToSave,
  token: TokenFacts,
): Promise<void> {
  const { unconfirmedRefreshToken: unconfirmed } = token;
  await inside.query(sql.SAVE_ACCESS_TOKEN, [
    digestOf(id),
    token.clientId,
    token.certificateThumbprint,
    token.kind,
    token.scope,
    grantId ?? null,
    token.authorizationId ?? null,
    token.customerId ?? null,
    expiresAt,
    unconfirmed === undefined ? null : refreshTokenMark(digestOf(unconfirmed)),
    JSON.stringify(payload),
  ]);
}

/** What is stored of an id: whoever reads the store can use nothing of it. */
export function digestOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
