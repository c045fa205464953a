/** Says in plain words why the sandbox did not start. The errors we throw ourselves already do; others get their own text and where they come from. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return `lupa up: ${String(error)}`;
  if (EXPLAINED.has(error.name)) return `lupa up: ${error.message}`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const advice = code === undefined ? undefined : ADVICE[code];
  if (advice !== undefined) return `lupa up: ${error.message}. ${advice}`;
  return `lupa up: the sandbox did not start. ${error.stack ?? error.message}`;
}

const EXPLAINED = new Set([
  'DirectoryInUse',
  'StoreInUse',
  'UnusableDataDirectory',
  'NoFreePort',
  'UnusableTrust',
  'LupaError',
]);

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'Name a directory of your own with --data.',
  EPERM: 'Name a directory of your own with --data.',
  EROFS: 'Name a directory that can be written with --data.',
  ENOSPC: 'Free some space, or name a directory elsewhere with --data.',
  EADDRINUSE: 'Another program took the port just now; try again.',
};
