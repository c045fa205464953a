import { EXEMPTION_SCOPE } from '@lupa/protocol';
import { redeem, type VerifiedCallback } from './callback.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { verifyIdToken } from './id-token.ts';
import type { CallOptions } from './settings.ts';
import type { TokenAnswer } from './token-answer.ts';
import { postForm, requestToken } from './token-endpoint.ts';
import { argumentInvalid, TppError } from './tpp-error.ts';
import type { UserTokens } from './user-tokens.ts';

/** The `authorization_code` grant (contract §2). */
export async function exchangeCode(
  connection: Connection,
  callback: VerifiedCallback,
  options: CallOptions,
): Promise<UserTokens> {
  const { code, pending, putBack } = redeem(connection, callback);
  const deadline = connection.deadline(options);
  const grant = { grant_type: 'authorization_code', code: code.reveal(), redirect_uri: pending.redirectUri };
  const answer = await requestToken(connection, grant, deadline).catch((error: unknown) => {
    if (!(error instanceof TppError)) throw error;
    if (!error.outcomeUnknown && error.retrySafe) {
      putBack();
      throw error;
    }
    throw error.outcomeUnknown ? codeMayBeSpent(error) : error;
  });
  return verifyTokens(connection, answer, pending, deadline);
}

/** The `refresh_token` grant (contract §2). */
export async function refreshTokens(
  connection: Connection,
  tokens: UserTokens,
  options: CallOptions,
): Promise<UserTokens> {
  if (tokens.refreshToken === undefined) throw argumentInvalid('these tokens have no refresh token');
  const deadline = connection.deadline(options);
  const grant = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken.reveal() };
  const answer = await requestToken(connection, grant, deadline);
  const renewed = await verifyTokens(connection, answer, tokens, deadline);
  return { refreshToken: tokens.refreshToken, ...renewed };
}

/**
 * The `refresh_token` grant with `scope=payments` (contract §9, step 1): a token that stands for the customer. No ID token comes with it, for
 * the scope has no `openid`; one that comes all the same is verified.
 */
export async function refreshForExemption(
  connection: Connection,
  tokens: UserTokens,
  deadline: Deadline,
): Promise<UserTokens> {
  if (tokens.refreshToken === undefined) throw argumentInvalid('these tokens have no refresh token');
  const refresh_token = tokens.refreshToken.reveal();
  const grant = { grant_type: 'refresh_token', refresh_token, scope: EXEMPTION_SCOPE };
  const answer = await requestToken(connection, grant, deadline);
  const renewed =
    answer.idToken === undefined
      ? userTokens(connection, answer, tokens)
      : await verifyTokens(connection, answer, tokens, deadline);
  return { refreshToken: tokens.refreshToken, ...renewed };
}

/** RFC 7009: the refresh token where there is one, for it takes the access tokens of its grant along. */
export async function revokeTokens(connection: Connection, tokens: UserTokens, options: CallOptions): Promise<void> {
  const { revocation } = connection.endpoints;
  if (revocation === undefined) throw new TppError('SETTINGS_INVALID', { detail: 'endpoints.revocation is missing' });
  const fields =
    tokens.refreshToken === undefined
      ? { token: tokens.accessToken.reveal(), token_type_hint: 'access_token' }
      : { token: tokens.refreshToken.reveal(), token_type_hint: 'refresh_token' };
  await postForm(connection, 'revocation', revocation, fields, connection.deadline(options), true);
}

/** Believes tokens only with an ID token that vouches for exactly these, this customer's approval and this client (contract §4). */
async function verifyTokens(
  connection: Connection,
  answer: TokenAnswer,
  { nonce, authorizationId }: Pick<UserTokens, 'nonce' | 'authorizationId'>,
  deadline: Deadline,
): Promise<UserTokens> {
  const { accessToken, refreshToken, idToken } = answer;
  const ofRefreshToken = refreshToken === undefined ? {} : { rt_hash: refreshToken.reveal() };
  const hashes = { at_hash: accessToken.reveal(), ...ofRefreshToken };
  await verifyIdToken(connection, idToken, { nonce, authorizationId, hashes }, deadline);
  return userTokens(connection, answer, { nonce, authorizationId });
}

function userTokens(
  { clock }: Connection,
  { accessToken, refreshToken, scope, expiresInSeconds }: TokenAnswer,
  { nonce, authorizationId }: Pick<UserTokens, 'nonce' | 'authorizationId'>,
): UserTokens {
  return {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    authorizationId,
    scope,
    expiresAt: new Date(clock.now().getTime() + expiresInSeconds * 1000).toISOString(),
    nonce,
  };
}

function codeMayBeSpent(error: TppError): TppError {
  const why = 'a code works once and this one may be spent, so let the customer approve again';
  return error.with({ detail: error.detail === undefined ? why : `${error.detail}; ${why}`, retrySafe: false });
}
