import { createHash, randomUUID } from 'node:crypto';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FindKey, HEADERS, signDetached, verifyDetached } from '@lupa/protocol';
import { type Answer, callHttps } from '../../../test/flow/support/https-call.ts';
import type { BankAddresses } from '../../../test/flow/support/test-tpp.ts';
import type { TppIdentity } from '../../../test/flow/support/tpp-identity.ts';
import type { CallName, RequestLine } from '../history.ts';
import type { Recorder } from '../recorder.ts';

const ANSWER_LIMIT_MS = 25_000;
const BETWEEN_TRIES_MS = 60;
/** A connection is kept for this many calls, so that all processes of the bank are called in turn. */
const CALLS_PER_CONNECTION = 12;

/** One call of the bank, whose bytes stay the same however often it is sent. */
export interface BankCall {
  readonly name: CallName;
  readonly method: string;
  /** Below `/payments-psd2/v1`; of the token endpoint the whole path. */
  readonly path: string;
  readonly token?: string;
  /** Whose token it is, where it is a customer's. */
  readonly customer?: string;
  readonly idempotencyKey?: string;
  readonly scenario?: string;
  readonly body?: string;
  /** Of the token endpoint: its fields beside the client's own. */
  readonly form?: Readonly<Record<string, string>>;
  readonly about?: string;
}

/** How long a call is sent again, and whether the run goes on at all. */
export interface Patience {
  /** False when no answer is to be waited for any more: the bank does not come back. */
  goesOn(): boolean;
  /** Drawn when an answer is lost: whether the TPP forgets about the call and never asks again. */
  forgets(): boolean;
}

/** A TPP's calls, every one written down before it is sent and when it is answered. */
export class BankCaller {
  readonly identity: TppIdentity;
  readonly bank: BankAddresses;
  readonly recorder: Recorder;
  readonly #keys: FindKey;
  #agent = new Agent({ keepAlive: true });
  #calls = 0;

  constructor(identity: TppIdentity, bank: BankAddresses, keys: FindKey, recorder: Recorder) {
    this.identity = identity;
    this.bank = bank;
    this.#keys = keys;
    this.recorder = recorder;
  }

  /** Sends once. @returns undefined where the answer was lost */
  async send(call: BankCall, number = this.recorder.newId()): Promise<Answer | undefined> {
    const id = this.recorder.newId();
    this.recorder.write({ kind: 'request', id, call: number, client: this.identity.clientId, ...describe(call) });
    let answer: Answer;
    try {
      answer = await this.#exchange(call);
    } catch (error) {
      this.recorder.write({ kind: 'lost', id, why: error instanceof Error ? `${codeOf(error)} ${error.message}` : '' });
      return undefined;
    }
    this.recorder.write({
      kind: 'answer',
      id,
      status: answer.status,
      replayed: answer.headers['idempotent-replayed'] === 'true',
      body: call.form === undefined ? answer.bytes.toString() : errorOf(answer),
      signature: call.form === undefined ? this.#judge(answer) : 'none asked',
    });
    return answer;
  }

  /**
   * Sends the same bytes until there is an answer that says what became of them: neither a 429 nor a 503.
   *
   * @returns undefined where the TPP gave up, and nobody will ever know
   */
  async insist(call: BankCall, patience: Patience): Promise<Answer | undefined> {
    const number = this.recorder.newId();
    for (;;) {
      const answer = await this.send(call, number);
      if (answer !== undefined && answer.status !== 503 && answer.status !== 429) return answer;
      if (!patience.goesOn() || patience.forgets()) return undefined;
      await sleep(BETWEEN_TRIES_MS);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(call: BankCall): Promise<Answer> {
    const { tls, clientId, clientSecret } = this.identity;
    const shared = {
      method: call.method,
      tls: { ...tls, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) },
      agent: this.#agentForOneMore(),
    };
    if (call.form !== undefined) {
      return callHttps({
        ...shared,
        url: `${this.bank.api}${call.path}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...call.form }).toString(),
      });
    }
    return callHttps({
      ...shared,
      url: `${this.bank.api}/payments-psd2/v1${call.path}`,
      headers: this.#headers(call),
      ...(call.body === undefined ? {} : { body: call.body }),
    });
  }

  #headers({ token, idempotencyKey, scenario, body, method }: BankCall): Record<string, string> {
    return {
      [HEADERS.apiKey]: this.identity.apiKey,
      [HEADERS.fapiInteractionId]: randomUUID(),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(idempotencyKey !== undefined && { [HEADERS.idempotencyKey]: idempotencyKey }),
      ...(scenario !== undefined && { 'x-sandbox-scenario': scenario }),
      ...(body === undefined && method !== 'GET' && { 'content-length': '0' }),
      ...(body !== undefined && {
        'content-type': 'application/json',
        [HEADERS.jwsSignature]: signDetached(Buffer.from(body), this.identity.signer),
      }),
    };
  }

  #agentForOneMore(): Agent {
    this.#calls += 1;
    if (this.#calls % CALLS_PER_CONNECTION === 0) {
      // What is under way on the old connections ends there; idle ones are closed.
      const old = this.#agent;
      setTimeout(() => old.destroy(), ANSWER_LIMIT_MS).unref();
      for (const sockets of Object.values(old.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      this.#agent = new Agent({ keepAlive: true });
    }
    return this.#agent;
  }

  #judge({ headers, bytes }: Answer): 'good' | 'bad' {
    try {
      verifyDetached(headers['x-jws-signature'] as string | undefined, bytes, this.#keys);
      return 'good';
    } catch {
      return 'bad';
    }
  }
}

function describe(call: BankCall): Omit<RequestLine, 'kind' | 'id' | 'call' | 'client'> {
  const { name, method, path, idempotencyKey, customer, scenario, body, about } = call;
  return {
    ...{ name, method, path },
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(customer !== undefined && { customer }),
    ...(scenario !== undefined && { scenario }),
    ...(body !== undefined && { body }),
    ...(about !== undefined && { about }),
  };
}

/** What of a token answer may be written down: never what it gives. */
function errorOf(answer: Answer): string {
  if (answer.status === 200)
    return `a token answer, SHA-256 ${createHash('sha256').update(answer.bytes).digest('hex')}`;
  return answer.bytes.toString();
}

function codeOf(error: Error): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first ? String(first.code) : error.name;
}
