import { startBankAndBares } from './support/bank-and-bares.ts';
import type { Benchmark } from './support/benchmark.ts';
import { Bulk } from './support/bulk.ts';
import type { Contestant } from './support/contest.ts';
import type { Server, Stage } from './support/stage.ts';
import { compareRounds, type Interleaved, isVoid, type Round, roundOf, slopeOf } from './support/statistics.ts';

const SECONDS = 600;
const SECONDS_IN_A_HURRY = 20;
/** Of all, at the beginning: caches fill, code is compiled, the heap finds its size. */
const WARM_UP_SHARE = 0.3;
/** What is held after garbage is collected may be larger at the end, by this much of what it was. */
const MOST = 1.1;
const MEGABYTE = 1024 * 1024;

/** One look at a process's memory. */
export interface MemorySample {
  readonly seconds: number;
  readonly heapMegabytes: number;
  readonly rssMegabytes: number;
}

/**
 * A mix of calls for ten minutes, with the memory after each round's garbage is collected: whatever grows with the calls is kept
 * by somebody. The bare servers do the same beside it, for growth that is Node's and not ours.
 */
export const soak: Benchmark = async (stage, effort) => {
  const seconds = effort.quick ? SECONDS_IN_A_HURRY : SECONDS;
  const calls = effort.shape.callsPerRound ?? 400;
  const { databaseUrl, servers, accessToken, close } = await startBankAndBares(stage, {
    work: 'by the bank itself',
    collectable: true,
  });
  const bulk = await Bulk.open(databaseUrl, stage.tpp);
  try {
    const rounds: Interleaved[] = [];
    const samples: Record<Contestant, MemorySample[]> = { ours: [], limit: [], control: [] };
    const began = performance.now();
    const elapsed = () => (performance.now() - began) / 1000;
    while (elapsed() < seconds || rounds.length < 5) {
      const taken: Partial<Record<Contestant, Round>> = {};
      for (const who of ['ours', 'limit', 'control'] as const) {
        taken[who] = await mixedRound(stage, bulk, servers[who], accessToken, calls);
        samples[who].push(await sampleOf(servers[who], elapsed()));
      }
      rounds.push(taken as Interleaved);
    }
    const comparison = compareRounds(rounds.slice(Math.floor(rounds.length * WARM_UP_SHARE)));
    const grown = grownMemory(samples.ours);
    const bare = grownMemory(samples.limit);
    const last = samples.ours.at(-1);
    return {
      name: 'soak',
      title: 'memory in a soak',
      how: `Creates, reads, submissions (booked by the same process) and token calls in turns for ${Math.round(seconds / 60) || '1/3'} minutes; memory after garbage is collected.`,
      unit: 'MB of heap',
      isSlowness: true,
      ratio: grown.heap,
      p99Ratio: comparison.p99Ratio,
      ours: last?.heapMegabytes ?? 0,
      limit: (last?.heapMegabytes ?? 0) / grown.heap,
      attempts: 1,
      controlRatio: comparison.controlRatio,
      // Memory does not hang on what else the machine does.
      isVoid: false,
      sections: [{ title: 'The mix', names: ['bank', 'bare node:https'], comparison }],
      floors: effort.quick
        ? []
        : [
            { what: 'soak: heap at the end to heap after warm-up', value: grown.heap, bound: { atMost: MOST } },
            { what: 'soak: RSS at the end to RSS after warm-up', value: grown.rss, bound: { atMost: MOST } },
          ],
      notes: [
        `Heap at the end to heap after warm-up: ${grown.heap.toFixed(3)} (the bare server's ${bare.heap.toFixed(3)}); RSS: ${grown.rss.toFixed(3)} (${bare.rss.toFixed(3)}).`,
        ...(effort.quick ? ['In a hurry the soak is too short to be judged.'] : []),
        ...(isVoid(comparison) ? ['The throughput beside it is void; memory is judged all the same.'] : []),
      ],
      plots: [
        {
          kind: 'lines',
          file: 'soak.svg',
          title: 'Memory of the bank and of the bare server in a soak, to what it was after warm-up',
          axis: 'times the memory after warm-up',
          across: 'seconds',
          lines: [
            { label: 'bank: heap', points: relative(samples.ours, ({ heapMegabytes }) => heapMegabytes) },
            { label: 'bank: RSS', points: relative(samples.ours, ({ rssMegabytes }) => rssMegabytes) },
            { label: 'bare: heap', points: relative(samples.limit, ({ heapMegabytes }) => heapMegabytes) },
            { label: 'bare: RSS', points: relative(samples.limit, ({ rssMegabytes }) => rssMegabytes) },
          ],
          level: { label: `most: ${MOST}`, value: MOST },
        },
      ],
    };
  } finally {
    await bulk.close();
    await close();
  }
};

async function mixedRound(
  stage: Stage,
  bulk: Bulk,
  server: Server,
  accessToken: string,
  calls: number,
): Promise<Round> {
  const creation = { kind: 'create', count: Math.ceil(calls / 2), accessTokens: [accessToken] } as const;
  const created = await stage.drive(server, creation, { wantBodies: true });
  const paymentIds = created.bodies.map((body) => (JSON.parse(body) as { paymentId: string }).paymentId);
  const read = await stage.drive(server, { kind: 'status', accessToken, paymentIds });
  const payments = await bulk.approvedPayments(Math.ceil(calls / 8));
  const submitted = await stage.drive(server, { kind: 'submission', payments });
  const token = await stage.drive(server, { kind: 'token', count: Math.ceil(calls / 16) });
  const parts = [created, read, submitted, token];
  const sum = (of: (part: (typeof parts)[number]) => number) => parts.reduce((all, part) => all + of(part), 0);
  return roundOf(
    parts.flatMap(({ latenciesMs }) => latenciesMs),
    sum(({ seconds }) => seconds),
    sum(({ cpuMicroseconds, latenciesMs }) => cpuMicroseconds * latenciesMs.length),
  );
}

async function sampleOf({ process }: Server, seconds: number): Promise<MemorySample> {
  const { heapBytes, rssBytes } = await process.usage(true);
  return { seconds, heapMegabytes: heapBytes / MEGABYTE, rssMegabytes: rssBytes / MEGABYTE };
}

/** By least squares over what comes after the warm-up: how many times as much at its end as at its beginning. */
export function grownMemory(samples: readonly MemorySample[]): { readonly heap: number; readonly rss: number } {
  const settled = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const grown = (of: (sample: MemorySample) => number) => {
    const points = settled.map((sample) => ({ x: sample.seconds, y: of(sample) }));
    const [first, last] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 0];
    const slope = slopeOf(points);
    const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
    return (meanY + slope * (last - meanX)) / (meanY + slope * (first - meanX));
  };
  return { heap: grown(({ heapMegabytes }) => heapMegabytes), rss: grown(({ rssMegabytes }) => rssMegabytes) };
}

function relative(samples: readonly MemorySample[], of: (sample: MemorySample) => number): [number, number][] {
  const base = samples[Math.floor(samples.length * WARM_UP_SHARE)];
  const level = base === undefined ? 1 : of(base);
  return samples.map((sample) => [sample.seconds, of(sample) / level]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
