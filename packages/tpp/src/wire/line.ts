import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import { Deadline } from '../deadline.ts';
import { asSecret, type Secret } from '../secret.ts';
import type { CallOptions, ClientSettings, Limits } from '../settings.ts';
import { TppError, type TppErrorDetails } from '../tpp-error.ts';
import type { ExchangePurpose } from './exchange-record.ts';
import { type HttpAnswer, HttpFailure, type HttpFailureKind, type HttpRequest } from './http.ts';
import { openNodeHttp } from './node-http.ts';
import { redactExchange } from './redaction.ts';

const DEFAULT_LIMITS: Limits = { attemptMs: 10_000, callMs: 60_000, attempts: 5, answerBytes: 1_048_576 };

/** What goes over the line once; how long it may take and how long the answer may be, the line knows. */
export type Sending = Pick<HttpRequest, 'method' | 'url' | 'headers'> &
  Partial<Pick<HttpRequest, 'body' | 'clientCertificate' | 'freshConnection'>> & {
    readonly purpose: ExchangePurpose;
    readonly attempt: number;
  };

/** How calls are made, whatever they are for. */
export type LineOptions = Pick<ClientSettings, 'onExchange' | 'limits' | 'clock' | 'randomBytes' | 'http'>;

/** What a line is opened with: who is calling, how long it may take, and who watches. */
export interface LineSettings extends LineOptions {
  /** Without it only public documents can be fetched. */
  readonly tls?: ClientSettings['tls'];
  /** What no text may show. */
  readonly secrets: readonly (string | Secret)[];
}

/** The line to the bank, with its bounds, watched by the observer. Knows nothing of addresses. */
export interface Line {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Secrets that no text may show. */
  readonly knownSecrets: readonly string[];
  deadline(options: CallOptions): Deadline;
  /** @throws TppError CONNECTION_FAILED, TLS_FAILED, CONNECTION_LOST, TIMEOUT, ANSWER_TOO_LARGE, ABORTED */
  send(sending: Sending, deadline: Deadline): Promise<HttpAnswer>;
  close(): void;
}

const CODES = {
  unreachable: 'CONNECTION_FAILED',
  tls: 'TLS_FAILED',
  lost: 'CONNECTION_LOST',
  timeout: 'TIMEOUT',
  'too-large': 'ANSWER_TOO_LARGE',
  aborted: 'ABORTED',
} as const satisfies Record<HttpFailureKind, string>;

/** Opens a line. Nothing is sent yet. */
export function openLine(settings: LineSettings): Line {
  const { tls, onExchange, clock = systemClock } = settings;
  const limits = { ...DEFAULT_LIMITS, ...settings.limits };
  const { send: http, close } =
    settings.http === undefined
      ? openNodeHttp(tls === undefined ? {} : { ...tls, key: asSecret(tls.key).reveal() })
      : { send: settings.http, close: () => {} };
  const knownSecrets = settings.secrets.map((secret) => asSecret(secret).reveal());

  async function send({ purpose, attempt, ...sending }: Sending, deadline: Deadline): Promise<HttpAnswer> {
    deadline.check();
    const request: HttpRequest = {
      clientCertificate: false,
      freshConnection: false,
      ...sending,
      timeoutMs: Math.min(limits.attemptMs, deadline.remainingMs()),
      maxAnswerBytes: limits.answerBytes,
      ...(deadline.signal === undefined ? {} : { signal: deadline.signal }),
    };
    const startedAt = clock.now();
    const startedMs = clock.monotonicMs();
    const observe = (answer: HttpAnswer | undefined, failure?: string) => {
      if (onExchange === undefined) return;
      const times = { startedAt, durationMs: clock.monotonicMs() - startedMs };
      const shown = redactExchange(purpose, request, answer, knownSecrets);
      try {
        onExchange({ purpose, attempt, ...times, ...shown, ...(failure === undefined ? {} : { failure }) });
      } catch {
        // A log that fails must not make a payment fail.
      }
    };
    try {
      const answer = await http(request);
      observe(answer);
      return answer;
    } catch (error) {
      const failure = error instanceof HttpFailure ? error : new HttpFailure('lost', { cause: error });
      observe(undefined, failure.kind);
      throw new TppError(CODES[failure.kind], detailsOf(failure, request));
    }
  }

  return {
    limits,
    clock,
    randomBytes: settings.randomBytes ?? randomBytes,
    knownSecrets,
    deadline: ({ deadlineMs = limits.callMs, signal }) => new Deadline(clock, deadlineMs, signal),
    send,
    close,
  };
}

function detailsOf(failure: HttpFailure, { method }: HttpRequest): TppErrorDetails {
  const code = failure.cause instanceof Error && 'code' in failure.cause ? failure.cause.code : undefined;
  return {
    detail: typeof code === 'string' ? code : undefined,
    outcomeUnknown: failure.isSent && method !== 'GET',
    cause: failure.cause ?? failure,
  };
}
