import type { HistoryLine, Numbered } from '../faults/history.ts';

/** How a failover looked from where the TPPs stand. Times in milliseconds. */
export interface Recovery {
  /** From killing the primary until the standby took writes. Whoever watches over the servers notices first, which comes on top. */
  readonly promotedAfterMs: number;
  /** From the first call that the bank could not carry out to the first write it acknowledged of those sent after it. */
  readonly recoveredAfterMs: number;
  /** The longest time between two acknowledged writes around the failover. */
  readonly longestSilenceMs: number;
  /** Calls that were told 503 once the primary was gone, and calls that got no answer. */
  readonly refused: number;
  readonly lost: number;
  readonly acknowledgedBefore: number;
  readonly acknowledgedAfter: number;
}

const WRITES: ReadonlySet<string> = new Set(['create', 'submit']);

/**
 * @param history of a run with one failover
 * @returns undefined when the bank acknowledged nothing after it
 */
export function readRecovery(history: readonly Numbered[]): Recovery | undefined {
  const timed = history.map((line) => ({ line, at: Date.parse(line.at) }));
  const [killed, promoted] = timed.filter(({ line }) => line.kind === 'fault' && line.fault === 'failover');
  if (killed === undefined || promoted === undefined) throw new Error('the history has no failover');
  const failures = timed.filter(({ line, at }) => at >= killed.at && isFailure(line));
  const failedAt = failures[0]?.at ?? promoted.at;

  const sentAt = new Map<number, number>();
  const acknowledged: { readonly sent: number; readonly at: number }[] = [];
  for (const { line, at } of timed) {
    if (line.kind === 'request' && WRITES.has(line.name)) sentAt.set(line.id, at);
    const sent = line.kind === 'answer' && line.status < 300 ? sentAt.get(line.id) : undefined;
    if (sent !== undefined) acknowledged.push({ sent, at });
  }
  const after = acknowledged.filter(({ sent }) => sent >= failedAt);
  const [first] = after;
  if (first === undefined) return undefined;
  const until = acknowledged.filter(({ at }) => at <= first.at);
  return {
    promotedAfterMs: promoted.at - killed.at,
    recoveredAfterMs: first.at - failedAt,
    longestSilenceMs: Math.max(
      0,
      ...until.map(({ at }, index) => (at < killed.at ? 0 : at - (until[index - 1]?.at ?? at))),
    ),
    refused: failures.filter(({ line }) => line.kind === 'answer').length,
    lost: failures.filter(({ line }) => line.kind === 'lost').length,
    acknowledgedBefore: acknowledged.filter(({ at }) => at < killed.at).length,
    acknowledgedAfter: after.length,
  };
}

function isFailure(line: HistoryLine): boolean {
  return line.kind === 'lost' || (line.kind === 'answer' && line.status === 503);
}
