import type { IncomingHttpHeaders } from 'node:http';
import type { CustomerId } from '@lupa/protocol';
import type { PaymentsCall } from '../domain/token-use.ts';
import { type Call, requireTokenAlone } from '../operations/authenticated-call.ts';
import type { Submitting } from '../operations/submit-payment.ts';
import type { Client } from '../ports/clients.ts';
import type { ExchangeRates } from '../ports/exchange-rates.ts';
import type { Ledger } from '../ports/ledger.ts';
import { checkHeaders } from './request-headers.ts';
import type { SignedBodies } from './signed-body.ts';
import type { Answer } from './signed-reply.ts';

/** What the routes need of the bank. */
export interface PaymentsApi extends Submitting, SignedBodies {
  readonly bankCodes: readonly string[];
  readonly exchangeRates: ExchangeRates;
  /** Present in the sandbox only, whose rules for `x-client-certificate` and `x-sandbox-scenario` then apply (contract §5, §8). */
  readonly sandbox: SandboxSide | undefined;
}

/** What only the sandbox can do; nothing else reaches it. */
export interface SandboxSide extends Pick<Ledger, 'foreseeBooking'> {
  /** Who decides in the customer's place where the payments name nobody's account. */
  readonly firstTestCustomer: () => Promise<CustomerId | undefined>;
}

/** What came over the wire. */
export interface ReceivedRequest {
  readonly client: Client;
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly headers: IncomingHttpHeaders;
  /** The bytes received; empty when there was no body. */
  readonly body: Uint8Array;
}

/** One line of the routes table. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the API's prefix, parameters as `:name`. */
  readonly path: string;
  readonly answer: (api: PaymentsApi, call: Call, request: ReceivedRequest) => Promise<Answer>;
}

/**
 * Makes a route of two halves. `read` looks at the request alone and refuses what is malformed; `perform` asks the store,
 * which looks the token up in the same statement. A request refused by `read` still has its token judged first, so that a
 * caller without a good token learns nothing else (contract §7: 401 and 403 before 400).
 */
export function route<Input>(line: {
  method: Route['method'];
  path: string;
  /** Which tokens may make it; where that hangs on the request, told of one that `read` refuses. */
  call: PaymentsCall | ((request: ReceivedRequest) => PaymentsCall);
  read: (request: ReceivedRequest, api: PaymentsApi) => Input | Promise<Input>;
  perform: (api: PaymentsApi, call: Call, input: Input) => Promise<Answer>;
}): Route {
  const { method, path, call: kind, read, perform } = line;
  const answer: Route['answer'] = async (api, call, request) => {
    let input: Input;
    try {
      checkHeaders(request.headers, { sandbox: api.sandbox !== undefined });
      input = await read(request, api);
    } catch (refusal) {
      await requireTokenAlone(api, call, typeof kind === 'string' ? kind : kind(request));
      throw refusal;
    }
    return perform(api, call, input);
  };
  return { method, path, answer };
}
