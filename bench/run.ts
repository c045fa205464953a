import { parseArgs } from 'node:util';
import { BENCHMARKS } from './benchmarks.ts';
import type { Effort } from './support/benchmark.ts';
import { keepResults, readResults, writePage } from './support/performance-page.ts';
import { profileSteps } from './support/profile-steps.ts';
import { describeResult, jsonLine, voidNotice } from './support/report.ts';
import { BENCHMARK_NAMES, type BenchmarkName, type BenchmarkResult, verdictOf } from './support/result.ts';
import { openStage, type Stage } from './support/stage.ts';

const USAGE = `Measures the bank, each call beside its limit: a bare node:https server doing the least that can be done.

  npm run bench -- [NAME…] [--quick] [--json] [--rounds N] [--calls N] [--profile] [--write] [--page]

  NAME        ${BENCHMARK_NAMES.join(' ')}; all when none is named
  --quick     fewer and shorter rounds: a first look, all of them within five minutes
  --json      a line each: {"name","ratio","p99Ratio","ours","limit"}
  --rounds    interleaved rounds of each server
  --calls     calls of each server in a round
  --profile   where the processor's time goes in the bank, step by step, for create, status and submission
  --write     keep the results in docs/performance/results.json, and make docs/performance.md and its plots from them
  --page      measure nothing: only make the page anew from the results that are kept

Exit code: 0; 1 when any answer was not the one expected; 2 when a run is void, for the limit differed from itself by more than
5 %, three times over; 3 when a floor was missed in a run that is not void.
`;

/** A first look repeats void runs only until here, so that all of it stays within five minutes. */
const HURRIED_REPEATS_UNTIL_MS = 45_000;
/** A slow machine measures fewer rounds in a hurry. */
const HURRIED_ROUNDS_MS = 5_000;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      calls: { type: 'string' },
      profile: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (values.page) {
    await writePage(await readResults());
    return 0;
  }
  const named = namesOf(positionals);
  const began = performance.now();
  const effort: Effort = {
    quick: values.quick,
    shape: {
      ...(values.rounds === undefined ? {} : { rounds: countOf('--rounds', values.rounds) }),
      ...(values.calls === undefined ? {} : { callsPerRound: countOf('--calls', values.calls) }),
    },
    mayRepeat: () => !values.quick || performance.now() - began < HURRIED_REPEATS_UNTIL_MS,
    roundsWithinMs: values.quick ? HURRIED_ROUNDS_MS : undefined,
  };
  const stage = await openStage();
  try {
    const results = await runAll(stage, named, effort, values.json);
    const profiles = values.profile || values.write ? await profileSteps(stage, values.json) : [];
    if (values.write) await keepResults({ results, profiles, stage, quick: values.quick });
    return exitCodeOf(results);
  } finally {
    await stage.close();
  }
}

async function runAll(
  stage: Stage,
  names: readonly BenchmarkName[],
  effort: Effort,
  asJson: boolean,
): Promise<BenchmarkResult[]> {
  const results: BenchmarkResult[] = [];
  for (const name of names) {
    const result = await BENCHMARKS[name](stage, effort);
    results.push(result);
    process.stdout.write(asJson ? `${jsonLine(result)}\n` : `${describeResult(result)}\n`);
    if (asJson && result.isVoid) {
      process.stderr.write(`${name}: ${voidNotice(result.controlRatio, result.attempts)}\n`);
    }
  }
  return results;
}

/** In their own order, whatever the order they were named in. @throws RangeError for a name that is none */
function namesOf(positionals: readonly string[]): readonly BenchmarkName[] {
  const unknown = positionals.filter((name) => !(BENCHMARK_NAMES as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new RangeError(`There is no benchmark ${unknown.join(', ')}. There are ${BENCHMARK_NAMES.join(', ')}.`);
  }
  return positionals.length === 0 ? BENCHMARK_NAMES : BENCHMARK_NAMES.filter((name) => positionals.includes(name));
}

function countOf(option: string, value: string): number {
  const count = Number(value);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new RangeError(`${option} takes a number above 0, not ${value}.`);
}

function exitCodeOf(results: readonly BenchmarkResult[]): number {
  if (results.some(({ isVoid }) => isVoid)) return 2;
  const missed = results.some(({ floors }) => floors.some((floor) => verdictOf(floor) === 'FAIL'));
  return missed ? 3 : 0;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof RangeError ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  return 1;
});
