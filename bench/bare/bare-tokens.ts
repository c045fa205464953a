import { createHash, randomBytes } from 'node:crypto';
import { type Bare, type BareAnswer, type BareRequest, nothing } from './bare.ts';
import { signIdToken } from './bare-signature.ts';

const CLIENT_TOKEN_SECONDS = 86_400;
const USER_TOKEN_SECONDS = 3_600;
const ID_TOKEN_SECONDS = 600;

const INSERT_CLIENT_TOKEN = {
  name: 'bare-client-token',
  text: `INSERT INTO access_tokens (token_digest, client_id, certificate_thumbprint, kind, scope, expires_at, payload)
    VALUES ($1, $2, $3, 'client', 'payments', $4, $5)`,
};

/** What both grants of a customer's tokens write: the family lives on, a refresh token, an access token. */
const family = (name: string, given: string, used: string, supersedes: string, unconfirmed: string) => ({
  name,
  text: `
    WITH given AS (
      SELECT grant_id, payload FROM token_artifacts WHERE model = '${given}' AND id_digest = $1
    ), grant_row AS (
      UPDATE token_artifacts SET expires_at = greatest(expires_at, $2) FROM given
      WHERE model = 'Grant' AND id_digest = sha256(convert_to(given.grant_id, 'UTF8'))
      RETURNING token_artifacts.payload ->> 'customerId' AS customer_id
    ), ${used} renewed AS (
      INSERT INTO token_artifacts (model, id_digest, grant_id, supersedes, payload, expires_at)
      SELECT 'RefreshToken', $3, grant_id, ${supersedes}, payload, $2 FROM given
    ), token AS (
      INSERT INTO access_tokens (token_digest, client_id, certificate_thumbprint, kind, scope, grant_id, authorization_id, customer_id, expires_at, unconfirmed_refresh, payload)
      SELECT $4, $5, $6, 'user', 'openid payments', grant_id, (payload ->> 'accountId')::uuid, customer_id::uuid, $7, ${unconfirmed}, payload
      FROM given, grant_row
    )
    SELECT payload FROM given`,
});

const REDEEM = family(
  'bare-redeem-code',
  'AuthorizationCode',
  "used AS (UPDATE token_artifacts SET consumed_at = $8, expires_at = $2 WHERE model = 'AuthorizationCode' AND id_digest = $1),",
  'NULL',
  'NULL',
);
const REFRESH = family('bare-refresh', 'RefreshToken', '', '$1', "encode($3, 'hex')");

/** `POST /oauth/token`: one statement, and the signature of the ID token where there is one. Proves no client. */
export async function bareTokens(bare: Bare, { body }: BareRequest): Promise<BareAnswer> {
  const form = new URLSearchParams(body.toString());
  const now = new Date();
  const accessToken = newToken();
  switch (form.get('grant_type')) {
    case 'client_credentials': {
      const payload = { iat: seconds(now), kind: 'ClientCredentials', scope: 'payments', clientId: bare.tpp.clientId };
      const expires = new Date(now.getTime() + CLIENT_TOKEN_SECONDS * 1000).toISOString();
      const { clientId, certificateThumbprint } = bare.tpp;
      await bare.run(INSERT_CLIENT_TOKEN, [
        ...[digestOf(accessToken), clientId, certificateThumbprint, expires],
        JSON.stringify({ ...payload, 'x5t#S256': certificateThumbprint }),
      ]);
      return json({ access_token: accessToken, expires_in: CLIENT_TOKEN_SECONDS, token_type: 'Bearer' });
    }
    case 'authorization_code':
      return customersTokens(bare, now, accessToken, { redeems: form.get('code') ?? '' });
    case 'refresh_token':
      return customersTokens(bare, now, accessToken, { refreshes: form.get('refresh_token') ?? '' });
    default:
      return nothing(400);
  }
}

async function customersTokens(
  bare: Bare,
  now: Date,
  accessToken: string,
  given: { redeems: string } | { refreshes: string },
): Promise<BareAnswer> {
  const refreshToken = newToken();
  const { clientId, certificateThumbprint } = bare.tpp;
  const until = (ahead: number) => new Date(now.getTime() + ahead * 1000).toISOString();
  const values = [
    ...[digestOf('redeems' in given ? given.redeems : given.refreshes), until(45 * 86_400), digestOf(refreshToken)],
    ...[digestOf(accessToken), clientId, certificateThumbprint, until(USER_TOKEN_SECONDS)],
  ];
  const [row] = await bare.run<{ payload: { accountId: string; nonce: string } }>(
    'redeems' in given ? REDEEM : REFRESH,
    'redeems' in given ? [...values, now.toISOString()] : values,
  );
  if (row === undefined) return nothing(400);
  const { accountId, nonce } = row.payload;
  const iat = seconds(now);
  const idToken = signIdToken(bare.idTokenKey, {
    ...{ iss: bare.issuer, iat, exp: iat + ID_TOKEN_SECONDS, aud: clientId, sub: accountId },
    ...{ authorizationId: accountId, acr: 'urn:openbanking:psd2:sca', nonce },
    ...{ at_hash: halfHash(accessToken), rt_hash: halfHash(refreshToken) },
  });
  return json({
    ...{ access_token: accessToken, expires_in: USER_TOKEN_SECONDS, id_token: idToken, refresh_token: refreshToken },
    ...{ scope: 'openid payments', token_type: 'Bearer' },
  });
}

function json(answer: object): BareAnswer {
  const bytes = Buffer.from(JSON.stringify(answer));
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length };
  return { status: 200, headers: { ...headers, 'cache-control': 'no-store' }, bytes };
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function halfHash(token: string): string {
  return digestOf(token).toString('base64url', 0, 16);
}

function seconds(now: Date): number {
  return Math.floor(now.getTime() / 1000);
}
