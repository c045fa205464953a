import { type Comparison, isVoid, limitOf, MAX_CONTROL_DEVIATION, type Round } from './statistics.ts';

/** What a run was made of. */
export interface RunShape {
  readonly rounds: number;
  readonly requestsPerRound: number;
  readonly connections: number;
}

/** For people: a table in which no time stands without its ratio. */
export function describeRun(comparison: Comparison, shape: RunShape): string {
  const { bank, bare, control, ratio, p99Ratio, controlRatio } = comparison;
  const limit = limitOf(bare, control);
  const lines = [
    row('server', 'requests/s', 'p50 ms', 'p99 ms', 'to bare', 'p99 to bare'),
    figures('bank', bank, ratio, p99Ratio),
    figures('bare', limit, 1, 1),
    figures('bare, first', bare, bare.requestsPerSecond / limit.requestsPerSecond, bare.p99Ms / limit.p99Ms),
    figures('bare, second', control, control.requestsPerSecond / limit.requestsPerSecond, control.p99Ms / limit.p99Ms),
  ];
  const { rounds, requestsPerRound, connections } = shape;
  const count = requestsPerRound.toLocaleString('en');
  return [
    'Create payment: keep-alive mutual TLS, ES256 both ways, PostgreSQL with fsync on.',
    `Medians of ${rounds} interleaved rounds of ${count} requests a server, ${connections} connections.`,
    '',
    ...lines,
    '',
    `The bank reaches ${percent(ratio)} of the bare server's throughput; its p99 is ${p99Ratio.toFixed(2)} times the bare server's.`,
    isVoid(comparison) ? voidNotice(controlRatio) : `Control: the bare server is ${percent(controlRatio)} of itself.`,
    '',
  ].join('\n');
}

/** For programs: one line. `ours` and `limit` are requests per second. */
export function jsonLine({ bank, bare, control, ratio, p99Ratio }: Comparison): string {
  const limit = limitOf(bare, control);
  return JSON.stringify({
    name: 'create',
    ratio: round(ratio, 3),
    p99Ratio: round(p99Ratio, 3),
    ours: round(bank.requestsPerSecond, 0),
    limit: round(limit.requestsPerSecond, 0),
  });
}

/** Why a run says nothing. */
export function voidNotice(controlRatio: number): string {
  const allowed = percent(MAX_CONTROL_DEVIATION);
  return `VOID: the bare server is ${percent(controlRatio)} of itself, which is off by more than ${allowed}: this run says nothing. Run it again on a quieter machine.`;
}

function figures(name: string, { requestsPerSecond, p50Ms, p99Ms }: Round, ratio: number, p99Ratio: number): string {
  return row(
    name,
    requestsPerSecond.toFixed(0),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    ratio.toFixed(2),
    p99Ratio.toFixed(2),
  );
}

function row(name: string, ...cells: string[]): string {
  return [name.padEnd(14), ...cells.map((cell) => cell.padStart(12))].join('');
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
