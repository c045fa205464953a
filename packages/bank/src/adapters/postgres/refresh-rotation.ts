import type { Queryable, Statement } from './database.ts';

const TAKE_SUPERSEDED: Statement = {
  name: 'take-superseded-refresh-token',
  text: `SELECT supersedes FROM token_artifacts
    WHERE model = 'RefreshToken' AND id_digest = $1 AND supersedes IS NOT NULL FOR UPDATE`,
};
const END_SUPERSEDED: Statement = {
  name: 'end-superseded-refresh-token',
  text: `UPDATE token_artifacts SET consumed_at = $2 WHERE model = 'RefreshToken' AND id_digest = $1 AND consumed_at IS NULL`,
};
const WITHDRAW_SIBLINGS: Statement = {
  name: 'withdraw-sibling-refresh-tokens',
  text: `DELETE FROM token_artifacts WHERE model = 'RefreshToken' AND supersedes = $1 AND id_digest <> $2`,
};
const FORGET_SUPERSEDED: Statement = {
  name: 'forget-superseded-refresh-token',
  text: `UPDATE token_artifacts SET supersedes = NULL WHERE model = 'RefreshToken' AND id_digest = $1`,
};
const CLEAR_MARKS: Statement = {
  name: 'clear-unconfirmed-refresh',
  text: 'UPDATE access_tokens SET unconfirmed_refresh = NULL WHERE unconfirmed_refresh = $1',
};

/** How access tokens name the refresh token they came with, until one of the two is first used. */
export function refreshTokenMark(digest: Uint8Array): string {
  return Buffer.from(digest).toString('hex');
}

/**
 * A renewed refresh token, or the access token beside it, is used for the first time: its answer did arrive. The token that was
 * given in for it ends here, and stays known so that its reuse is recognised; what else was given out for it, in answers that
 * got lost or to a duplicate of the request, is withdrawn. Nothing happens when that was done before.
 */
export async function confirmRefreshToken(inside: Queryable, digest: Uint8Array, at: Date): Promise<void> {
  const [row] = await inside.query<{ supersedes: Uint8Array }>(TAKE_SUPERSEDED, [digest]);
  await Promise.all([
    inside.query(CLEAR_MARKS, [refreshTokenMark(digest)]),
    ...(row === undefined
      ? []
      : [
          inside.query(END_SUPERSEDED, [row.supersedes, at]),
          inside.query(WITHDRAW_SIBLINGS, [row.supersedes, digest]),
          inside.query(FORGET_SUPERSEDED, [digest]),
        ]),
  ]);
}
