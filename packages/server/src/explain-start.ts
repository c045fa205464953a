import { LupaError } from '@lupa/protocol';

/** Says in plain words why a server, or one worker of it, did not start. */
export function explainStart(error: unknown): string {
  if (error instanceof LupaError && error.code === 'UNAVAILABLE') {
    return `The database cannot be reached (${causeOf(error)}). See whether it runs, and whether database.url is right.`;
  }
  if (!(error instanceof Error)) return String(error);
  // The worker has said why, in these words.
  if (error.name === 'WorkersDied') return error.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const advice = code === undefined ? undefined : ADVICE[code];
  return advice === undefined ? (error.stack ?? error.message) : `${error.message}. ${advice}`;
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program has this port: end it, or say another port.',
  EADDRNOTAVAIL: 'This machine has no such address: say :: for every one it has.',
  EACCES: 'This account may not listen there: say a port of 1024 or more, or give it CAP_NET_BIND_SERVICE.',
};

/** The innermost cause, without what may hold an address with its password. */
function causeOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return causeOf(cause.errors[0]);
  return cause.cause instanceof Error ? causeOf(cause) : cause.message;
}
