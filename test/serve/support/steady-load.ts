import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { signDetached } from '@lupa/protocol';
import { SAMPLE } from '../../flow/support/test-tpp.ts';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';

/** What became of the calls of a load. */
export interface LoadReport {
  /** Payments that were acknowledged. */
  readonly created: string[];
  /** Answers that said the connection ends with them. */
  closing: number;
  /** Calls whose connection could not be made, or ended in its handshake: nobody took them on. */
  notTaken: number;
  /** Calls on a connection that stood, and that nobody answered: there must be none. */
  readonly unanswered: string[];
  /** Answers other than 201. */
  readonly refused: string[];
}

export interface SteadyLoad {
  readonly report: LoadReport;
  /** Resolves when so many payments more have been acknowledged, or the callers have ended. */
  more(payments: number): Promise<void>;
  /** Resolves when every caller has ended. */
  end(): Promise<LoadReport>;
}

export interface LoadOptions {
  readonly tpp: TppIdentity;
  readonly api: string;
  readonly token: string;
  readonly callers: number;
  /** Whether a caller ends when nobody takes its call: the bank is gone. Otherwise it tries again. */
  readonly endsWithTheBank: boolean;
}

const RETRY_MS = 20;

/** Several callers, each with a connection that it keeps as long as it may, that create payments without a pause. */
export function startLoad(options: LoadOptions): SteadyLoad {
  const report: LoadReport = { created: [], closing: 0, notTaken: 0, unanswered: [], refused: [] };
  let goesOn = true;
  const callers = Promise.all(Array.from({ length: options.callers }, () => call(options, report, () => goesOn)));
  let ended = false;
  const over = callers.then(() => {
    ended = true;
  });
  return {
    report,
    more: async (payments) => {
      const wanted = report.created.length + payments;
      while (report.created.length < wanted && !ended) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    end: async () => {
      goesOn = false;
      await over;
      return report;
    },
  };
}

async function call(options: LoadOptions, report: LoadReport, goesOn: () => boolean): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    while (goesOn()) {
      const outcome = await createOne(options, agent, report);
      if (outcome === 'answered') continue;
      if (outcome === 'not taken' && options.endsWithTheBank) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  } finally {
    agent.destroy();
  }
}

async function createOne(
  { tpp, api, token }: LoadOptions,
  agent: Agent,
  report: LoadReport,
): Promise<'answered' | 'not taken' | 'unanswered'> {
  const body = Buffer.from(JSON.stringify({ ...SAMPLE, amountEUR: '0.01' }));
  let isConnected = false;
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof readAnswer>>>();
    const sent = request(`${api}/payments-psd2/v1/sepa-payments`, {
      ...{ method: 'POST', agent, ...tpp.tls },
      headers: {
        'x-api-key': tpp.apiKey,
        authorization: `Bearer ${token}`,
        'content-length': body.length,
        'x-idempotency-key': randomUUID(),
        'x-jws-signature': signDetached(body, tpp.signer),
      },
    });
    sent.on('socket', (socket) => {
      isConnected = sent.reusedSocket;
      if (isConnected) return;
      (socket as TLSSocket).once('secureConnect', () => {
        isConnected = true;
      });
    });
    sent.on('error', reject);
    sent.on('response', (response) => readAnswer(response).then(resolve, reject));
    sent.end(body);
    const { status, connection, bytes } = await promise;
    if (connection === 'close') report.closing += 1;
    if (status === 201) report.created.push(JSON.parse(bytes.toString()).paymentId);
    // Too busy for the moment is an answer too.
    else if (status !== 503) report.refused.push(`${status} ${bytes.toString()}`);
    return 'answered';
  } catch (error) {
    if (isConnected) {
      report.unanswered.push(String(error));
      return 'unanswered';
    }
    report.notTaken += 1;
    return 'not taken';
  }
}

async function readAnswer(response: import('node:http').IncomingMessage) {
  return { status: response.statusCode, connection: response.headers.connection, bytes: await buffer(response) };
}
