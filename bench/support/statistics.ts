/** One round of one server: what the load generator measured. */
export interface Round {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the server's process for one call. Unlike the clock's it hardly depends on what else the machine does. */
  readonly cpuMicroseconds: number;
}

/** Rounds that ran one right after another, so that whatever else the machine did met all three alike. */
export interface Interleaved {
  readonly ours: Round;
  /** What ours is measured against: mostly the bare server. */
  readonly limit: Round;
  /** A second process of the same as `limit`: what differs between the two is noise. */
  readonly control: Round;
}

export interface Comparison {
  readonly ours: Round;
  readonly limit: Round;
  readonly control: Round;
  /** Our calls per second to the limit's: 1 is as good as it gets. */
  readonly ratio: number;
  /** Our 99th percentile to the limit's: lower is better. */
  readonly p99Ratio: number;
  /** Our median to the limit's: lower is better. */
  readonly p50Ratio: number;
  /** The limit's processor time for a call to ours: 1 is as good as it gets. */
  readonly cpuRatio: number;
  /** The limit to itself; anything but 1 is noise. */
  readonly controlRatio: number;
  /** Of each round, in order: ours to the limit, and the limit to itself. */
  readonly series: readonly { readonly ratio: number; readonly controlRatio: number }[];
}

/** A run in which the limit differs from itself by more than this says nothing. */
export const MAX_CONTROL_DEVIATION = 0.05;

/**
 * Compares round by round, then takes the median of the ratios: a disturbance spoils the round it falls into
 * and no other. The limit of a round is the mean of both its processes.
 *
 * @throws RangeError without a round
 */
export function compareRounds(rounds: readonly Interleaved[]): Comparison {
  const ratio = (measure: (round: Interleaved) => number) => median(rounds.map(measure));
  const ratioOf = ({ ours, limit, control }: Interleaved) =>
    ours.requestsPerSecond / limitOf(limit, control).requestsPerSecond;
  const controlRatioOf = ({ limit, control }: Interleaved) => control.requestsPerSecond / limit.requestsPerSecond;
  return {
    ours: medianRound(rounds.map(({ ours }) => ours)),
    limit: medianRound(rounds.map(({ limit }) => limit)),
    control: medianRound(rounds.map(({ control }) => control)),
    ratio: ratio(ratioOf),
    p99Ratio: ratio(({ ours, limit, control }) => ours.p99Ms / limitOf(limit, control).p99Ms),
    p50Ratio: ratio(({ ours, limit, control }) => ours.p50Ms / limitOf(limit, control).p50Ms),
    cpuRatio: ratio(({ ours, limit, control }) => limitOf(limit, control).cpuMicroseconds / ours.cpuMicroseconds),
    controlRatio: ratio(controlRatioOf),
    series: rounds.map((round) => ({ ratio: ratioOf(round), controlRatio: controlRatioOf(round) })),
  };
}

/** Whether the run is to be thrown away. */
export function isVoid({ controlRatio }: Pick<Comparison, 'controlRatio'>): boolean {
  return !(Math.abs(controlRatio - 1) <= MAX_CONTROL_DEVIATION);
}

/** What two processes of the same reach on average. */
export function limitOf(limit: Round, control: Round): Round {
  const mean = (of: (round: Round) => number) => (of(limit) + of(control)) / 2;
  return {
    requestsPerSecond: mean(({ requestsPerSecond }) => requestsPerSecond),
    p50Ms: mean(({ p50Ms }) => p50Ms),
    p99Ms: mean(({ p99Ms }) => p99Ms),
    cpuMicroseconds: mean(({ cpuMicroseconds }) => cpuMicroseconds),
  };
}

/** The round that these calls made. @param latenciesMs of each call, in any order */
export function roundOf(latenciesMs: readonly number[], seconds: number, cpuMicroseconds: number): Round {
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    requestsPerSecond: sorted.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    cpuMicroseconds: cpuMicroseconds / sorted.length,
  };
}

/** How much `y` grows with each `x`, by least squares; 0 where that says nothing. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

/** The middle value; of an even number of values, the mean of the middle two. @throws RangeError without a value */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('no values, so no median');
  return (lower + upper) / 2;
}

/**
 * The smallest value that at least this fraction of the values does not exceed (nearest rank).
 *
 * @param sorted ascending
 * @param fraction above 0, at most 1
 * @throws RangeError without a value
 */
export function percentile(sorted: Float64Array, fraction: number): number {
  const value = sorted[Math.ceil(sorted.length * fraction) - 1];
  if (value === undefined) throw new RangeError('no values, so no percentile');
  return value;
}

function medianRound(rounds: readonly Round[]): Round {
  return {
    requestsPerSecond: median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    cpuMicroseconds: median(rounds.map(({ cpuMicroseconds }) => cpuMicroseconds)),
  };
}
