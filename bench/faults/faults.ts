import { randomInt } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isPlantedBug, PLANTED_BUGS, type PlantedBug } from './bank/planted-bugs.ts';
import { checkRun } from './checker/check-run.ts';
import { readHistory } from './checker/read-history.ts';
import { type Counts, countsOf, describeCounts, describeViolations, sumOf } from './report.ts';
import { runSeed } from './run-seed.ts';
import { STORE_KINDS, type StoreKind } from './store/store-under-fault.ts';

const HELP = `npm run faults -- [options]

  --seeds N      how many runs, each with the seed after the one before it (10)
  --seed S       the first seed; without it any, which is printed
  --workers N    processes of the bank (2)
  --faults N     faults of each run (8)
  --store KIND   ${STORE_KINDS.join(' | ')}; without it each seed chooses
  --plant BUG    ${PLANTED_BUGS.join(' | ')}: a bug that must be found
  --check DIR    no run: the checker alone, over a run that was kept
  --json         a line of JSON for each run, and one for all

Ends with 1 when a rule was broken, and says where the history and the database of that run are kept.
docs/faults.md says how to read it.
`;

interface Options {
  readonly seeds: number;
  readonly seed: number;
  readonly workers: number;
  readonly faults: number;
  readonly store: StoreKind | undefined;
  readonly planted: PlantedBug | undefined;
  readonly check: string | undefined;
  readonly json: boolean;
}

function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seeds: text, seed: text, workers: text, faults: text, store: text, plant: text, check: text },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const store = STORE_KINDS.find((kind) => kind === values.store);
  if (values.store !== undefined && store === undefined) refuse(`--store ${values.store}`);
  const { plant } = values;
  if (plant !== undefined && !isPlantedBug(plant)) refuse(`--plant ${plant}`);
  return {
    seeds: count('seeds', values.seeds, 10),
    seed: count('seed', values.seed, randomInt(2 ** 31)),
    workers: count('workers', values.workers, 2),
    faults: count('faults', values.faults, 8),
    store,
    planted: plant,
    check: values.check,
    json: values.json,
  };
}

function count(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  return /^\d{1,10}$/.test(text) ? Number(text) : refuse(`--${name} ${text}`);
}

function refuse(what: string): never {
  process.stderr.write(`${what} is not understood.\n\n${HELP}`);
  process.exit(2);
}

/** @returns whether every rule held */
function checkKept(directory: string): boolean {
  const history = readHistory(join(directory, 'history.jsonl'));
  const violations = checkRun(history, JSON.parse(readFileSync(join(directory, 'store.json'), 'utf8')));
  process.stdout.write(`${violations.length === 0 ? 'every rule holds' : describeViolations(violations, history)}\n`);
  return violations.length === 0;
}

async function runAll(options: Options): Promise<boolean> {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const done: Counts[] = [];
  const broken: number[] = [];
  for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
    const result = await runSeed({ ...options, seed });
    const { store, seconds, violations, history, directory } = result;
    const counts = countsOf(result);
    done.push(counts);
    const isSound = violations.length === 0;
    if (isSound) rmSync(directory, { recursive: true });
    else broken.push(seed);
    if (options.json) {
      print(JSON.stringify({ seed, store, seconds, ...counts, violations, ...(isSound ? {} : { kept: directory }) }));
      continue;
    }
    print(`${isSound ? '✔' : '✖'} seed ${seed}, ${store}, ${seconds.toFixed(1)} s\n  ${describeCounts(counts)}`);
    if (!isSound) print(`${describeViolations(violations, history)}\nKept in ${directory}`);
  }
  const all = sumOf(done);
  if (options.json) print(JSON.stringify({ seeds: done.length, broken, ...all }));
  else
    print(`\n${done.length} seeds, ${broken.length} with a broken rule ${broken.join(' ')}\n  ${describeCounts(all)}`);
  return broken.length === 0;
}

const options = readOptions(process.argv.slice(2));
const holds = options.check === undefined ? await runAll(options) : checkKept(options.check);
process.exitCode = holds ? 0 : 1;
