import type { jsonLog } from '@lupa/bank';

/** The log of the process that keeps the workers: the same lines as the bank's. */
export type ServerLog = ReturnType<typeof jsonLog>;
