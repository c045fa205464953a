import { HEADERS, parseFapiInteractionId, parseStrictJson } from '@lupa/protocol';
import { apiRefusal } from './api-refusal.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { verifyResponseSignature } from './response-signature.ts';
import type { Secret } from './secret.ts';
import type { CallOptions } from './settings.ts';
import { argumentInvalid, type RetryWith, TppError, type TppErrorDetails } from './tpp-error.ts';
import type { UserTokens } from './user-tokens.ts';
import { uuid } from './uuid.ts';
import type { HttpAnswer } from './wire/http.ts';
import { requestIdOf } from './wire/request-id.ts';
import { mayHelpToRepeat, withRetries } from './wire/retry.ts';
import { retryAfterMs } from './wire/retry-after.ts';

/** One call of the payments API (contract §5). */
export interface ApiCall<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the API's base, its parts encoded. */
  readonly path: string;
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** The customer's; the client's own when absent. */
  readonly tokens?: UserTokens | undefined;
  /** Makes sending it twice harmless. */
  readonly retryWith?: RetryWith;
  /** Reads the answer, and refuses one that speaks of something else. */
  readonly read: (json: unknown) => T;
}

/**
 * Calls the payments API: the same bytes each time it is tried, every answer verified before a byte of it is believed, a refused token
 * renewed once.
 *
 * @throws TppError with the call's interaction id and, where the bank may have done it all the same, `outcomeUnknown` and `retryWith`
 */
export async function callPaymentsApi<T>(connection: Connection, call: ApiCall<T>, options: CallOptions): Promise<T> {
  const interactionId = options.interactionId ?? uuid(connection);
  if (parseFapiInteractionId(interactionId) === undefined) throw argumentInvalid('interactionId is not a UUID');
  const deadline = connection.deadline(options);
  const run = new Run(connection, call, interactionId, deadline);
  try {
    // An answer that could not be verified would leave the outcome in the dark, so the keys come first.
    await connection.responseKeys.load(deadline);
    return await withRetries(connection, deadline, mayHelpToRepeat, (attempt) => run.attempt(attempt));
  } catch (error) {
    if (!(error instanceof TppError)) throw error;
    throw error.with({ interactionId, ...run.outcome(error) });
  }
}

class Run<T> {
  readonly #connection: Connection;
  readonly #call: ApiCall<T>;
  readonly #interactionId: string;
  readonly #deadline: Deadline;
  /** Whether any attempt may have been carried out without a trustworthy answer. */
  #isInDoubt = false;
  #hasRenewedToken = false;

  constructor(connection: Connection, call: ApiCall<T>, interactionId: string, deadline: Deadline) {
    this.#connection = connection;
    this.#call = call;
    this.#interactionId = interactionId;
    this.#deadline = deadline;
  }

  async attempt(number: number): Promise<T> {
    const { tokens } = this.#call;
    const token = tokens?.accessToken ?? (await this.#connection.clientToken.get(this.#deadline));
    try {
      return await this.#exchange(number, token);
    } catch (error) {
      if (!(error instanceof TppError)) throw error;
      this.#isInDoubt = !this.#isLastWord(error) && (this.#isInDoubt || error.outcomeUnknown);
      if (error.code !== 'ACCESS_TOKEN_REFUSED' || tokens !== undefined || this.#hasRenewedToken) throw error;
      this.#hasRenewedToken = true;
      this.#connection.clientToken.forget(token);
      return this.attempt(number);
    }
  }

  /** What is known of the outcome when the call ends with an error. */
  outcome(error: TppError): TppErrorDetails {
    const { method, retryWith } = this.#call;
    const outcomeUnknown = method !== 'GET' && this.#isInDoubt;
    return { outcomeUnknown, retryWith, retrySafe: error.retrySafe || outcomeUnknown };
  }

  async #exchange(attempt: number, token: Secret): Promise<T> {
    const answer = await this.#send(attempt, token);
    await this.#believe(answer, () => verifyResponseSignature(this.#connection, answer, this.#deadline));
    if (answer.status !== 200 && answer.status !== 201) throw apiRefusal(this.#connection, answer, token);
    return this.#believe(answer, () => this.#call.read(parseStrictJson(answer.body)));
  }

  #send(attempt: number, token: Secret): Promise<HttpAnswer> {
    const { method, path, body, headers } = this.#call;
    const { endpoints, apiKey } = this.#connection;
    const sending = {
      purpose: 'payments',
      attempt,
      method,
      url: endpoints.api + path,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token.reveal()}`,
        [HEADERS.apiKey]: apiKey.reveal(),
        [HEADERS.fapiInteractionId]: this.#interactionId,
        ...headers,
      },
      clientCertificate: true,
      ...(body === undefined ? {} : { body }),
    } as const;
    return this.#connection.send(sending, this.#deadline);
  }

  /** An answer that cannot be believed says nothing about what the bank has done. */
  async #believe<R>(answer: HttpAnswer, work: () => R | Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (cause) {
      const error =
        cause instanceof TppError
          ? cause
          : new TppError('ANSWER_UNEXPECTED', { cause, detail: 'it is not acceptable JSON' });
      throw error.with({
        status: answer.status,
        requestId: requestIdOf(answer, this.#connection.knownSecrets),
        retryAfterMs: retryAfterMs(answer, this.#connection.clock),
        outcomeUnknown: true,
      });
    }
  }

  /**
   * Whether the bank's signed refusal settles earlier attempts as well: it has looked at the key or id and at the body. A refused token or
   * a limit reached says nothing about what came before; nor does what a DELETE finds that may already have been done.
   */
  #isLastWord({ status, outcomeUnknown }: TppError): boolean {
    const isRefusal = status === 400 || status === 404 || status === 409 || status === 422;
    return isRefusal && !outcomeUnknown && this.#call.method !== 'DELETE';
  }
}
