/** One round of one server: what the load generator measured. */
export interface Round {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Rounds that ran one right after another, so that whatever else the machine did met all three alike. */
export interface Interleaved {
  readonly bank: Round;
  readonly bare: Round;
  /** A second process of the bare server: what differs between it and `bare` is noise. */
  readonly control: Round;
}

export interface Comparison {
  readonly bank: Round;
  readonly bare: Round;
  readonly control: Round;
  /** The bank's requests per second to the bare server's: 1 is as good as it gets. */
  readonly ratio: number;
  /** The bank's 99th percentile to the bare server's: lower is better. */
  readonly p99Ratio: number;
  /** The bare server to itself; anything but 1 is noise. */
  readonly controlRatio: number;
}

/** A run in which the bare server differs from itself by more than this says nothing about the bank. */
export const MAX_CONTROL_DEVIATION = 0.05;

/**
 * Compares the servers round by round, then takes the median of the ratios: a disturbance spoils the round it falls into
 * and no other. The limit of a round is the mean of both bare servers.
 *
 * @throws RangeError without a round
 */
export function compareRounds(rounds: readonly Interleaved[]): Comparison {
  const ratio = (measure: (round: Interleaved) => number) => median(rounds.map(measure));
  return {
    bank: medianRound(rounds.map(({ bank }) => bank)),
    bare: medianRound(rounds.map(({ bare }) => bare)),
    control: medianRound(rounds.map(({ control }) => control)),
    ratio: ratio(({ bank, bare, control }) => bank.requestsPerSecond / limitOf(bare, control).requestsPerSecond),
    p99Ratio: ratio(({ bank, bare, control }) => bank.p99Ms / limitOf(bare, control).p99Ms),
    controlRatio: ratio(({ bare, control }) => control.requestsPerSecond / bare.requestsPerSecond),
  };
}

/** Whether the run is to be thrown away. */
export function isVoid({ controlRatio }: Comparison): boolean {
  return !(Math.abs(controlRatio - 1) <= MAX_CONTROL_DEVIATION);
}

/** What two processes of the bare server reach on average. */
export function limitOf(bare: Round, control: Round): Round {
  return {
    requestsPerSecond: (bare.requestsPerSecond + control.requestsPerSecond) / 2,
    p50Ms: (bare.p50Ms + control.p50Ms) / 2,
    p99Ms: (bare.p99Ms + control.p99Ms) / 2,
  };
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
  };
}
