import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { startPostgres } from '../test/support/postgres.ts';

/** What `npm test` runs: the type check, the lint, then every test file in a process of its own. */
const root = dirname(import.meta.dirname);
/** The tests of the whole first: the long ones are among them, and one that starts last leaves the other processors idle. */
const TEST_FILES = ['test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'packages/*/test/**/*.test.ts'];
/** Each file is several processes, a PostgreSQL or a browser among them, so that more would only wait for memory. */
const CONCURRENCY = Math.min(4, Math.max(2, availableParallelism()));
const FILE_TIMEOUT_MS = 10 * 60_000;

export interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

async function main(filters: readonly string[]): Promise<number> {
  const found = TEST_FILES.flatMap((pattern) => fs.globSync(pattern, { cwd: root }).sort());
  const files = chooseFiles(found, filters);
  const outcomes: Outcome[] = [];
  const report = (outcome: Outcome) => {
    outcomes.push(outcome);
    process.stdout.write(`${outcome.failed > 0 ? '✖' : '✔'} ${outcome.name}\n${outcome.output}\n`);
  };
  const without = (name: string) => (error: unknown) => {
    report({ name, passed: 0, failed: 1, output: String(error) });
    return undefined;
  };
  const postgres = await startPostgres().catch(without('the shared PostgreSQL'));
  try {
    report(await runCheck('tsc', ['--noEmit']));
    report(await runCheck('biome', ['check', '.']));
    if (files.length === 0) {
      report({
        name: 'choosing test files',
        passed: 0,
        failed: 1,
        output: `No test file matches ${filters.join(' ')}.`,
      });
    }
    const store = await makeStore().catch(without('the shared PGlite store'));
    const env = {
      ...(postgres && { LUPA_TEST_POSTGRES_URL: postgres.url }),
      ...(store && { LUPA_TEST_PGLITE_STORE: store }),
      // Else every process strips the types of every module anew, which for one that loads the bank is half of its start.
      NODE_COMPILE_CACHE: join(scratchDirectory(), 'compile-cache'),
    };
    const waiting = [...files];
    const worker = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        report(await runTestFile(file, { env }));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } finally {
    await postgres?.stop();
  }
  const { passed, failed, text } = summary(outcomes);
  process.stdout.write(text);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** Loads the bank, and so only when something is run: a bank that does not load must fail tests, and not this. */
async function makeStore(): Promise<string> {
  const { makeEmptyStore } = await import('../test/support/pglite-store.ts');
  const directory = join(scratchDirectory(), 'pglite-store');
  await makeEmptyStore(directory);
  return directory;
}

/** The files whose path holds any of the filters; all of them when there is none. */
export function chooseFiles(files: readonly string[], filters: readonly string[]): string[] {
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ''));
  return files.filter((file) => wanted.length === 0 || wanted.some((filter) => file.includes(filter)));
}

/** Names what failed, then says how many tests passed and failed on a last line of its own. */
export function summary(outcomes: readonly Outcome[]): { passed: number; failed: number; text: string } {
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const [passed, failed] = [sum((outcome) => outcome.passed), sum((outcome) => outcome.failed)];
  const failures = outcomes.filter((outcome) => outcome.failed > 0).map(({ name }) => `Failed: ${name}\n`);
  return { passed, failed, text: `${failures.join('')}${passed} passed, ${failed} failed\n` };
}

async function runCheck(tool: string, args: readonly string[]): Promise<Outcome> {
  const { code, output } = await runProcess(join(root, 'node_modules', '.bin', tool), args, {}, FILE_TIMEOUT_MS);
  const passed = code === 0 ? 1 : 0;
  return { name: [tool, ...args].join(' '), passed, failed: 1 - passed, output: passed ? '' : output };
}

/**
 * Runs one test file. A test that was skipped, cancelled or left to do has not passed, so it counts as failed; so do
 * a file that holds no test, one that ends otherwise than its tests say, and one that does not end in time.
 */
export async function runTestFile(
  file: string,
  { env, timeoutMs = FILE_TIMEOUT_MS }: { env: Readonly<Record<string, string>>; timeoutMs?: number },
): Promise<Outcome> {
  const tap = join(scratchDirectory(), `${randomUUID()}.tap`);
  const reporters = [
    ['spec', 'stdout'],
    ['tap', tap],
  ].flatMap(([name, destination]) => [`--test-reporter=${name}`, `--test-reporter-destination=${destination}`]);
  const startedAt = Date.now();
  const { code, output, tooLong } = await runProcess(process.execPath, [...reporters, file], env, timeoutMs);
  const counts = fs.existsSync(tap) ? readCounts(fs.readFileSync(tap, 'utf8')) : undefined;
  fs.rmSync(tap, { force: true });

  const name = `${file} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`;
  const passed = counts?.passed ?? 0;
  const failed = counts ? counts.tests - counts.passed : 0;
  const spoiled = (why: string) => ({ name, passed, failed: failed + 1, output: `${withoutCounts(output)}${why}\n` });
  if (tooLong) {
    return spoiled(
      `It did not end within ${timeoutMs / 1000} s and was ended: a test waits, or something is left open.`,
    );
  }
  if (!counts) return spoiled(`It ended (${code}) without a result: it holds no test, crashed or left early.`);
  if (counts.tests === 0) return spoiled('It holds no test.');
  if (code !== 0 && failed === 0) return spoiled(`It ended with ${code} although no test failed.`);
  return { name, passed, failed, output: withoutCounts(output) };
}

let scratch: string | undefined;

function scratchDirectory(): string {
  if (scratch === undefined) {
    const directory = fs.mkdtempSync(join(tmpdir(), 'lupa-test-run-'));
    process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
    scratch = directory;
  }
  return scratch;
}

/** The TAP reporter ends with comments such as `# tests 5` and `# pass 5`; a test may print the same before them. */
function readCounts(tap: string): { tests: number; passed: number } | undefined {
  const tests = [...tap.matchAll(/^# tests (\d+)$/gm)].at(-1)?.[1];
  const passed = [...tap.matchAll(/^# pass (\d+)$/gm)].at(-1)?.[1];
  return tests !== undefined && passed !== undefined ? { tests: Number(tests), passed: Number(passed) } : undefined;
}

/** Without the eight lines of counts that the spec reporter adds to each file: they are summed at the end. */
function withoutCounts(output: string): string {
  const counts = /(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+/;
  const lines = output.split('\n');
  return lines.filter((line) => !(line.includes('ℹ ') && counts.test(line))).join('\n');
}

const children = new Set<ChildProcess>();

/** Runs a process as the head of its own group, so that what it started and left behind can be ended with it. */
async function runProcess(
  command: string,
  args: readonly string[],
  extraEnv: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<{ code: number | string; output: string; tooLong: boolean }> {
  const bin = join(root, 'node_modules', '.bin');
  const env: NodeJS.ProcessEnv = { ...process.env, ...extraEnv, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  // Set by a test runner for its own children, whose results it reads in another form.
  delete env.NODE_TEST_CONTEXT;
  if (process.stdout.isTTY && !env.NO_COLOR) env.FORCE_COLOR = '1';
  const child = spawn(command, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  let tooLong = false;
  let insisting: NodeJS.Timeout | undefined;
  const ending = setTimeout(() => {
    tooLong = true;
    signalGroup(child, 'SIGTERM');
    insisting = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000);
  }, timeoutMs);
  try {
    const closed = once(child, 'close');
    const [code, signal] = await once(child, 'exit');
    // A process left behind would keep the output open, and this one waiting, for ever.
    signalGroup(child, 'SIGKILL');
    await closed;
    return { code: code ?? signal, output, tooLong };
  } catch (error) {
    return { code: String(error), output: `${output}${String(error)}\n`, tooLong };
  } finally {
    clearTimeout(ending);
    clearTimeout(insisting);
    children.delete(child);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

if (import.meta.main) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const child of children) signalGroup(child, 'SIGTERM');
      process.exit(1);
    });
  }
  process.exitCode = await main(process.argv.slice(2));
}
