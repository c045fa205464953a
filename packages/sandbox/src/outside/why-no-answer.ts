/** Why somebody else's server gave no answer, in words. */
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
