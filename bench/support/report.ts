import { type BenchmarkResult, type Floor, type Section, verdictOf } from './result.ts';
import { limitOf, MAX_CONTROL_DEVIATION, type Round } from './statistics.ts';

/** For people: tables in which no time stands without its ratio, and the floors with how they were met. */
export function describeResult(result: BenchmarkResult): string {
  const { name, title, how, sections, floors, notes, isVoid, controlRatio, attempts } = result;
  return [
    `── ${name}: ${title}`,
    how,
    '',
    ...sections.flatMap(describeSection),
    ...floors.map((floor) => `  ${isVoid ? 'void' : verdictOf(floor)}  ${describeFloor(floor)}`),
    ...notes.map((note) => `  ${note}`),
    isVoid ? voidNotice(controlRatio, attempts) : `Control: the limit is ${percent(controlRatio)} of itself.`,
    '',
  ].join('\n');
}

/** For programs: one line. */
export function jsonLine({ name, ratio, p99Ratio, ours, limit }: BenchmarkResult): string {
  return JSON.stringify({
    name,
    ratio: round(ratio, 3),
    p99Ratio: round(p99Ratio, 3),
    ours: round(ours, 2),
    limit: round(limit, 2),
  });
}

/** Why a run says nothing. */
export function voidNotice(controlRatio: number, attempts: number): string {
  const allowed = percent(MAX_CONTROL_DEVIATION);
  const times = attempts === 1 ? '' : `, and so were the ${attempts - 1} before it`;
  return `VOID: the limit is ${percent(controlRatio)} of itself, which is off by more than ${allowed}: this run says nothing${times}. Run it again on a quieter machine.`;
}

/** @example "create: throughput to the bare server 0.812 (at least 0.75, goal 0.85)" */
export function describeFloor({ what, value, bound }: Floor): string {
  const asked =
    'atMost' in bound
      ? `at most ${bound.atMost}`
      : `at least ${bound.atLeast}${bound.goal === undefined ? '' : `, goal ${bound.goal}`}`;
  return `${what} ${value.toFixed(3)} (${asked})`;
}

function describeSection({ title, names, comparison }: Section): string[] {
  const { ours, limit, control, ratio, p99Ratio, cpuRatio } = comparison;
  const mean = limitOf(limit, control);
  const one = [1, 1, Number.isFinite(cpuRatio) ? 1 : Number.NaN];
  const toMean = (round: Round) => [
    round.requestsPerSecond / mean.requestsPerSecond,
    round.p99Ms / mean.p99Ms,
    mean.cpuMicroseconds / round.cpuMicroseconds,
  ];
  return [
    `${title}: medians of ${comparison.series.length} interleaved rounds.`,
    row('', 'calls/s', 'p50 ms', 'p99 ms', 'CPU µs/call', 'to limit', 'p99 to it', 'CPU to it'),
    figures(names[0], ours, [ratio, p99Ratio, cpuRatio]),
    figures(names[1], mean, one),
    figures('  first', limit, toMean(limit)),
    figures('  second', control, toMean(control)),
    '',
  ];
}

function figures(name: string, round: Round, ratios: readonly number[]): string {
  return row(
    name,
    round.requestsPerSecond.toFixed(0),
    round.p50Ms.toFixed(2),
    round.p99Ms.toFixed(2),
    known(round.cpuMicroseconds, 0),
    ...ratios.map((ratio) => known(ratio, 2)),
  );
}

/** The processor time of a program that is not Node is not known. */
function known(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

function row(name: string, ...cells: string[]): string {
  return [name.slice(0, 30).padEnd(32), ...cells.map((cell) => cell.padStart(12))].join('');
}

export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
