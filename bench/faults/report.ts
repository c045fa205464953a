import type { Violation } from './checker/check-run.ts';
import { readStory } from './checker/read-history.ts';
import type { FaultKind } from './fault-plan.ts';
import type { HistoryLine, Numbered } from './history.ts';
import type { SeedResult } from './run-seed.ts';

/** What went through the bank in one run or in several. */
export interface Counts {
  readonly requests: number;
  readonly answers: number;
  /** Sendings nobody ever heard of again. */
  readonly lost: number;
  /** Answers that said: not now. */
  readonly unavailable: number;
  /** Sendings of bytes that were sent before. */
  readonly retries: number;
  readonly visits: number;
  readonly acknowledgedPayments: number;
  readonly acknowledgedSubmissions: number;
  readonly exemptions: number;
  readonly bookings: number;
  readonly auditEvents: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
}

export function countsOf({ history, snapshot, faults }: Pick<SeedResult, 'history' | 'snapshot' | 'faults'>): Counts {
  const { sendings, visits } = readStory(history);
  const answered = sendings.filter(({ answer }) => answer !== undefined);
  const acknowledged = (name: string, status: number) =>
    new Set(
      answered
        .filter(({ request, answer }) => request.name === name && answer?.status === status)
        .map(({ request }) => request.idempotencyKey ?? request.about ?? request.path),
    ).size;
  return {
    requests: sendings.length,
    answers: answered.length,
    lost: sendings.length - answered.length,
    unavailable: answered.filter(({ answer }) => answer?.status === 503).length,
    retries: sendings.length - new Set(sendings.map(({ request }) => request.call)).size,
    visits: visits.length,
    acknowledgedPayments: acknowledged('create', 201),
    acknowledgedSubmissions: acknowledged('submit', 200),
    exemptions: acknowledged('ask exemption', 200),
    bookings: snapshot.bookings.filter(({ payment_id }) => payment_id !== null).length,
    auditEvents: snapshot.events.length,
    faults,
  };
}

export function sumOf(all: readonly Counts[]): Counts {
  const [first, ...others] = all;
  if (first === undefined) throw new Error('there is nothing to add up');
  return others.reduce(add, first);
}

function add(one: Counts, other: Counts): Counts {
  const faults: Partial<Record<FaultKind, number>> = { ...one.faults };
  for (const [kind, count] of Object.entries(other.faults) as [FaultKind, number][]) {
    faults[kind] = (faults[kind] ?? 0) + count;
  }
  const sums = Object.entries(one).map(([name, value]) => {
    const more = other[name as keyof Counts];
    return [name, typeof value === 'number' && typeof more === 'number' ? value + more : faults];
  });
  return Object.fromEntries(sums) as Counts;
}

export function describeCounts(counts: Counts): string {
  const { faults, ...numbers } = counts;
  const happened = Object.entries(faults).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${numbers.requests} requests (${numbers.retries} of them sent again), ${numbers.lost} answers lost, ${numbers.unavailable} told to come back, ${numbers.visits} customers at the bank`,
    `acknowledged: ${numbers.acknowledgedPayments} payments, ${numbers.acknowledgedSubmissions} submissions, ${numbers.exemptions} exemptions; ${numbers.bookings} bookings, ${numbers.auditEvents} audit events`,
    `faults: ${happened.join(', ') || 'none'}`,
  ].join('\n  ');
}

const SHOWN_OF_A_RULE = 3;
const LONGEST_LINE = 400;

/** Each broken rule, how it is broken, and the lines of the history that prove it. */
export function describeViolations(
  violations: readonly Violation[],
  history: readonly Numbered<HistoryLine>[],
): string {
  const byRule = Map.groupBy(violations, ({ rule }) => rule);
  const lineOf = new Map(history.map((line) => [line.n, JSON.stringify(line)]));
  return [...byRule]
    .flatMap(([rule, all]) => [
      `✖ ${rule} (${all.length})`,
      ...all
        .slice(0, SHOWN_OF_A_RULE)
        .flatMap(({ what, lines }) => [
          `    ${what}`,
          ...[...new Set(lines)]
            .sort((one, other) => one - other)
            .map((n) => `      ${shortened(lineOf.get(n) ?? '')}`),
        ]),
    ])
    .join('\n');
}

function shortened(text: string): string {
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
}
