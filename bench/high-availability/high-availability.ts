import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { countsOf, describeViolations } from '../faults/report.ts';
import { runSeed } from '../faults/run-seed.ts';
import { readRecovery } from './recovery.ts';

const HELP = `npm run high-availability -- [options]

Starts two PostgreSQL servers with synchronous replication and a bank of several processes on them, kills the primary with
kill -9 under load, promotes the standby, and looks at what became of everything the bank had acknowledged.

  --rounds N     how many times, each with servers of its own (3)
  --workers N    processes of the bank (3)
  --seed S       what the load of the first round is drawn from; without it any, which is printed
  --json         a line of JSON for each round

Ends with 1 when something acknowledged is lost, something is booked twice, any other rule of docs/faults.md is broken, or the bank
needs more than 15 s to go on. docs/scaling.md says how such a pair is run.
`;

/** What the bank may take to go on. */
const LIMIT_MS = 15_000;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [rounds, workers, firstSeed] = [values.rounds, values.workers, values.seed].map((text) =>
  /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN,
) as [number, number, number];
if (values.help || [rounds, workers, firstSeed].some(Number.isNaN)) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}

/** @returns whether the bank went on in time and nothing was lost */
async function runRound(seed: number): Promise<boolean> {
  const run = await runSeed({ seed, workers, faults: 1, store: 'pair', quietRequests: 600 });
  const { history, violations, directory } = run;
  const recovery = readRecovery(history);
  const { acknowledgedPayments, acknowledgedSubmissions, bookings } = countsOf(run);
  const isGood = violations.length === 0 && recovery !== undefined && recovery.recoveredAfterMs <= LIMIT_MS;
  if (values.json) {
    const kept = isGood ? {} : { kept: directory };
    const counts = { acknowledgedPayments, acknowledgedSubmissions, bookings };
    process.stdout.write(`${JSON.stringify({ seed, workers, isGood, ...recovery, ...counts, violations, ...kept })}\n`);
  } else {
    const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
    const lines = [
      `${isGood ? '✔' : '✖'} seed ${seed}: ${workers} processes, the primary killed under load`,
      recovery === undefined
        ? 'the bank acknowledged nothing after the failover'
        : `recovery: ${seconds(recovery.recoveredAfterMs)} from the first refused call to the next acknowledged write (at most ${seconds(LIMIT_MS)})`,
      ...(recovery === undefined
        ? []
        : [
            `the standby took writes after ${seconds(recovery.promotedAfterMs)}; the longest silence was ${seconds(recovery.longestSilenceMs)}`,
            `meanwhile ${recovery.refused} calls were told 503 and ${recovery.lost} got no answer; writes acknowledged: ${recovery.acknowledgedBefore} before, ${recovery.acknowledgedAfter} after`,
          ]),
      violations.length === 0
        ? `nothing lost, nothing booked twice: ${acknowledgedPayments} payments and ${acknowledgedSubmissions} submissions acknowledged, ${bookings} bookings`
        : `${describeViolations(violations, history)}\nKept in ${directory}`,
    ];
    process.stdout.write(`${lines.join('\n  ')}\n`);
  }
  if (isGood) rmSync(directory, { recursive: true, force: true });
  return isGood;
}

let allGood = true;
for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) allGood = (await runRound(seed)) && allGood;
process.exitCode = allGood ? 0 : 1;
