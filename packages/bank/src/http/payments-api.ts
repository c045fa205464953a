import type { IncomingMessage, ServerResponse } from 'node:http';
import { LupaError } from '@lupa/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { RateLimit } from '../operations/rate-limit.ts';
import type { Clients } from '../ports/clients.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Measures } from '../ports/measures.ts';
import { beginCallSpan, type CallSpan } from './call-span.ts';
import { callingClient } from './calling-client.ts';
import type { CallsUnderWay } from './calls-under-way.ts';
import type { CertificateGuard } from './certificate-guard.ts';
import type { CurrentSigner } from './key-ring.ts';
import type { LoadLimit } from './load-limit.ts';
import { PAYMENTS_PREFIX, paymentsRoutes } from './payments-routes.ts';
import { callerAddress } from './proxied-connections.ts';
import { readBody } from './read-body.ts';
import { interactionId } from './request-headers.ts';
import type { PaymentsApi, ReceivedRequest } from './route.ts';
import { type RouteFinder, routeFinder } from './route-finder.ts';
import { refusalOf } from './signed-errors.ts';
import { type Answer, errorAnswer, signAnswer } from './signed-reply.ts';

export interface PaymentsApiOptions {
  readonly api: PaymentsApi;
  readonly guard: CertificateGuard;
  readonly clients: Clients;
  readonly signer: CurrentSigner;
  readonly limits: {
    readonly load: LoadLimit;
    readonly callsUnderWay: CallsUnderWay;
    /** How often each client may call; as often as it likes when absent. */
    readonly paymentCalls: RateLimit | undefined;
  };
  readonly identifiers: Identifiers;
  readonly log: FastifyBaseLogger;
  readonly measures: Measures;
}

/** Of calls that no route takes. */
const UNKNOWN_ROUTE = 'unknown';

/** Levels at which every answer has its line. */
const LOGS_ANSWERS = new Set(['info', 'debug', 'trace']);

/** Answers the requests of one prefix, and leaves the others to others. */
export interface PaymentsDoor {
  takes(request: IncomingMessage): boolean;
  answer(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * The payments API (contract §5–§7): every answer is signed, refusals too. It works on Node's own requests, for a framework
 * between them and us costs a fifth of the payments created a second (docs/decisions/0003-http-and-cryptography.md).
 */
export function paymentsApi(options: PaymentsApiOptions): PaymentsDoor {
  const finder = routeFinder(paymentsRoutes(options.api), PAYMENTS_PREFIX);
  return {
    takes: ({ url = '' }) => url.startsWith(PAYMENTS_PREFIX) && /^[/?]?$/.test(url.charAt(PAYMENTS_PREFIX.length)),
    answer: (request, response) => {
      const exchange = new Exchange(options, request, response);
      readBody(request, (error, body) => {
        // Counted once it is all there: whoever sends it byte by byte takes nobody's place.
        const refusal = error ?? options.limits.load.enter((leave) => response.once('close', leave));
        const answered =
          refusal === undefined
            ? exchange.within(() => answerCall(options, finder, exchange, body))
            : Promise.reject(refusal);
        // An answer that cannot be sent is a fault of ours like any other, and no reason for the process to end.
        answered.then(exchange.send).catch(exchange.refuse).catch(exchange.breakOff);
      });
    },
  };
}

async function answerCall(
  { api, guard, clients, limits }: PaymentsApiOptions,
  finder: RouteFinder,
  exchange: Exchange,
  body: Uint8Array,
): Promise<Answer> {
  const { request, response, requestId, path, query } = exchange;
  const { headers, method = '' } = request;
  const found = finder.find(method, path);
  if (found !== undefined) exchange.route = `${PAYMENTS_PREFIX}${found.route.path}`;
  const admitted = guard.admit(request, response);
  const certificate = admitted instanceof Promise ? await admitted : admitted;
  if (found === undefined) return unknownRoute(finder, path, requestId);
  const call = await callingClient({ clients, judge: api }, headers, certificate, requestId);
  if (limits.paymentCalls !== undefined) await limits.paymentCalls.take(call.client.clientId);
  const received: ReceivedRequest = { client: call.client, method, path, params: found.params, query, headers, body };
  return limits.callsUnderWay.within(call.certificateThumbprint, () => found.route.answer(api, call, received));
}

function unknownRoute(finder: RouteFinder, path: string, requestId: string): Answer {
  const methods = finder.allowedMethods(path);
  if (methods.length === 0) throw new LupaError('NOT_FOUND');
  const { status, body } = errorAnswer(new LupaError('METHOD_NOT_ALLOWED'), requestId);
  return { status, body, headers: { allow: methods.join(', ') } };
}

/** One request with the answer it gets. */
class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly path: string;
  /** As in `Measures.callAnswered`. */
  route = UNKNOWN_ROUTE;
  readonly #options: PaymentsApiOptions;
  readonly #began = performance.now();
  readonly #span: CallSpan;

  constructor(options: PaymentsApiOptions, request: IncomingMessage, response: ServerResponse) {
    this.#options = options;
    this.response = response;
    this.request = request;
    this.requestId = options.identifiers.uuid();
    this.path = pathOf(request.url ?? '');
    this.#span = beginCallSpan(request);
  }

  /** Does the work of this call: what it asks of others belongs to its span. */
  within<T>(work: () => T): T {
    return this.#span.within(work);
  }

  get query(): ReceivedRequest['query'] {
    return queryOf(this.request.url ?? '', this.path.length);
  }

  readonly send = (answer: Answer): void => {
    const { headers } = this.request;
    const ids = { requestId: this.requestId, interactionId: interactionId(headers) ?? this.requestId };
    const signed = signAnswer(this.#options.signer(), answer, ids);
    // What is left of a body that was too large is not worth reading to keep the connection.
    if (!this.request.complete && signed.status === 413) this.response.shouldKeepAlive = false;
    this.response.writeHead(signed.status, signed.headers).end(signed.bytes);
    this.#tell(signed.status, ids.interactionId);
  };

  readonly refuse = (error: unknown): void => {
    this.send(errorAnswer(refusalOf(error, this.requestId, this.#options.log), this.requestId));
  };

  /** Not even a refusal can be sent: the caller sees its connection end, and finds out by asking again. */
  readonly breakOff = (error: unknown): void => {
    this.#options.log.error({ reqId: this.requestId, err: error }, 'an answer could not be sent');
    this.response.destroy();
  };

  #tell(status: number, interactionId: string): void {
    const { log, measures } = this.#options;
    const milliseconds = performance.now() - this.#began;
    const { method = '' } = this.request;
    this.#span.end({ method, route: this.route, status, requestId: this.requestId });
    measures.callAnswered({ listener: 'api', method, route: this.route, status, seconds: milliseconds / 1000 });
    if (!LOGS_ANSWERS.has(log.level)) return;
    // Never a header, a body or a query string, which is where tokens, codes and names travel.
    const line = {
      reqId: this.requestId,
      interactionId,
      from: callerAddress(this.request),
      method,
      path: this.path,
      status,
    };
    log.info({ ...line, milliseconds: Math.round(milliseconds * 10) / 10 }, 'answered');
  }
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** A repeated parameter is a list, which none of ours is. */
function queryOf(url: string, from: number): ReceivedRequest['query'] {
  if (url.length <= from) return {};
  const query: Record<string, string | readonly string[]> = {};
  const sent = new URLSearchParams(url.slice(from + 1));
  for (const name of sent.keys()) {
    const values = sent.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return query;
}
