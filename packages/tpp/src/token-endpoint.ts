import { JWT_BEARER_GRANT } from '@lupa/protocol';
import { codeOfStatus } from './code-of-status.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { readOauthError } from './oauth-error.ts';
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts';
import { TppError } from './tpp-error.ts';
import type { HttpAnswer } from './wire/http.ts';
import { requestIdOf } from './wire/request-id.ts';
import { isCertainlyUndone, mayHelpToRepeat, withRetries } from './wire/retry.ts';
import { retryAfterMs } from './wire/retry-after.ts';

/** A form of the token endpoint; the client's id and secret are added. */
export interface Grant {
  readonly grant_type: string;
  readonly scope?: string;
  readonly [field: string]: string | undefined;
}

/**
 * Asks for tokens (`POST /oauth/token`, contract §2): secret in the form, certificate in the connection.
 *
 * @throws TppError TOKEN_REFUSED with `oauthError`; ANSWER_UNEXPECTED; what any line can fail with
 */
export async function requestToken(connection: Connection, grant: Grant, deadline: Deadline): Promise<TokenAnswer> {
  const isRepeatable = !ONE_TIME_GRANTS.includes(grant.grant_type);
  const answer = await postForm(connection, 'token', connection.endpoints.token, grant, deadline, isRepeatable);
  return readTokenAnswer(answer, grant.scope);
}

/** What works once: sent a second time it can only be refused, or worse (RFC 9700 section 4.5). */
const ONE_TIME_GRANTS: readonly string[] = ['authorization_code', JWT_BEARER_GRANT];

/** Posts a form as this client, and reads errors as RFC 6749 section 5.2 has them. */
export function postForm(
  connection: Connection,
  purpose: 'token' | 'revocation',
  url: string,
  fields: Readonly<Record<string, string | undefined>>,
  deadline: Deadline,
  isRepeatable: boolean,
): Promise<HttpAnswer> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, value);
  form.set('client_id', connection.clientId);
  form.set('client_secret', connection.clientSecret.reveal());
  const sending = {
    purpose,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: Buffer.from(form.toString()),
    clientCertificate: true,
    freshConnection: !isRepeatable,
  } as const;
  const secrets = [
    ...connection.knownSecrets,
    ...['code', 'refresh_token', 'token', 'assertion'].flatMap((name) => form.getAll(name)),
  ];
  return withRetries(connection, deadline, isRepeatable ? mayHelpToRepeat : isCertainlyUndone, async (attempt) => {
    const answer = await connection.send({ ...sending, attempt }, deadline);
    if (answer.status === 200) return answer;
    throw refusal(answer, secrets, retryAfterMs(answer, connection.clock));
  });
}

function refusal(answer: HttpAnswer, secrets: readonly string[], retryAfterMs: number | undefined): TppError {
  const { status } = answer;
  const { error: oauthError, description } = readOauthError(answer.body, secrets);
  const said = [oauthError, description].filter((part) => part !== undefined).join(': ');
  return new TppError(codeOfStatus(status, 'TOKEN_REFUSED'), {
    status,
    detail: said === '' ? `the token endpoint answered ${status}` : `the bank says: ${said}`,
    oauthError,
    oauthDescription: description,
    requestId: requestIdOf(answer, secrets),
    retryAfterMs,
  });
}
