import { parseStrictJson } from '@lupa/protocol';
import { codeOfStatus } from '../code-of-status.ts';
import type { Deadline } from '../deadline.ts';
import { readOauthError } from '../oauth-error.ts';
import type { Secret } from '../secret.ts';
import { TppError } from '../tpp-error.ts';
import type { HttpAnswer, HttpRequest } from '../wire/http.ts';
import type { Line } from '../wire/line.ts';
import { requestIdOf } from '../wire/request-id.ts';
import { isCertainlyUndone, mayHelpToRepeat, withRetries } from '../wire/retry.ts';
import { retryAfterMs } from '../wire/retry-after.ts';

/** One call about a registration. */
export interface RegistrationCall extends Pick<HttpRequest, 'method' | 'url' | 'headers'> {
  readonly body?: Uint8Array;
  /** Whether sending it twice does no more than sending it once. */
  readonly isRepeatable: boolean;
  /** Known for this call alone, such as its token: no text may show them. */
  readonly secrets?: readonly Secret[];
}

/** The bank's names of its checks are as short as error codes. */
const CHECK = /^[\w.-]{1,64}$/;

/**
 * Calls the registration endpoint, or that of one registration, with the client certificate (contract §10).
 *
 * @throws TppError REGISTRATION_REFUSED with the check that failed, `outcomeUnknown` where it may have been done all the same; what any line
 * can fail with
 */
export function callRegistration(line: Line, call: RegistrationCall, deadline: Deadline): Promise<HttpAnswer> {
  const { isRepeatable, secrets = [], headers, ...request } = call;
  const known = [...line.knownSecrets, ...secrets.map((secret) => secret.reveal())];
  return withRetries(line, deadline, isRepeatable ? mayHelpToRepeat : isCertainlyUndone, async (attempt) => {
    const sending = { ...request, headers: { accept: 'application/json', ...headers } };
    const connection = { clientCertificate: true, freshConnection: !isRepeatable };
    const answer = await line.send({ purpose: 'registration', attempt, ...sending, ...connection }, deadline);
    if (answer.status >= 200 && answer.status <= 299) return answer;
    throw refusal(answer, known, call, retryAfterMs(answer, line.clock));
  });
}

function refusal(
  answer: HttpAnswer,
  secrets: readonly string[],
  { method }: RegistrationCall,
  retryAfterMs: number | undefined,
): TppError {
  const { status } = answer;
  const { error: oauthError, description } = readOauthError(answer.body, secrets);
  const said = [oauthError, description].filter((part) => part !== undefined).join(': ');
  return new TppError(codeOfStatus(status, 'REGISTRATION_REFUSED'), {
    status,
    detail: said === '' ? `the bank answered ${status}` : `the bank says: ${said}`,
    oauthError,
    oauthDescription: description,
    check: checkOf(answer),
    requestId: requestIdOf(answer, secrets),
    retryAfterMs,
    outcomeUnknown: status >= 500 && method !== 'GET',
  });
}

function checkOf({ body }: HttpAnswer): string | undefined {
  try {
    const { check } = Object(parseStrictJson(body));
    return typeof check === 'string' && CHECK.test(check) ? check : undefined;
  } catch {
    return undefined;
  }
}
