import { type IncomingMessage, get as plainGet } from 'node:http';
import { get as tlsGet } from 'node:https';

const PATIENCE_MS = 5_000;
const MAX_BYTES = 1_048_576;

/** One answer to a GET. */
export interface AskedAnswer {
  readonly status: number;
  readonly date: Date | undefined;
  readonly body: string;
}

/** Fetches a public document; no redirects, little patience. @param ca PEM of issuers trusted beside Node's own */
export function ask(address: string, ca?: string | readonly string[]): Promise<AskedAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<AskedAnswer>();
  const options = { timeout: PATIENCE_MS, agent: false, headers: { accept: 'application/json' } } as const;
  const onAnswer = (answer: IncomingMessage) => readAnswer(answer).then(resolve, reject);
  const request =
    new URL(address).protocol === 'https:'
      ? tlsGet(address, { ...options, ...(ca === undefined ? {} : { ca: [ca].flat() }) }, onAnswer)
      : plainGet(address, options, onAnswer);
  request.once('timeout', () => request.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)));
  request.once('error', reject);
  return promise.finally(() => request.destroy());
}

async function readAnswer(answer: IncomingMessage): Promise<AskedAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error('the answer is longer than a megabyte');
    chunks.push(chunk);
  }
  const date = new Date(answer.headers.date ?? '');
  return {
    status: answer.statusCode ?? 0,
    date: Number.isNaN(date.getTime()) ? undefined : date,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** Why there was no answer, in words. */
export function whyNoAnswer(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A host with two addresses fails with one error for each.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const message = first instanceof Error ? first.message : error.message;
  const code = first instanceof Error && 'code' in first ? String(first.code) : undefined;
  return (code && WORDS[code]) ?? message;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
  ENOTFOUND: 'the name of the host is unknown (ENOTFOUND)',
  EAI_AGAIN: 'the name of the host cannot be looked up now (EAI_AGAIN)',
  ECONNRESET: 'the connection was cut (ECONNRESET)',
  ETIMEDOUT: 'no answer (ETIMEDOUT)',
};
