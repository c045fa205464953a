import { jsonLog, openAdministration } from '@lupa/bank';
import { checkConfiguration, type ServerConfiguration } from './configuration/check-configuration.ts';
import { isMistake, printProblems } from './configuration/problem.ts';
import { explainStart } from './explain-start.ts';
import { listenForSignals, type Signals } from './listen-for-signals.ts';
import { type OperationsListener, openOperationsListener } from './operations/operations-listener.ts';
import type { ServerLog } from './server-log.ts';
import { Supervisor } from './workers/supervisor.ts';

/** The command line's options. */
export interface ServeOptions {
  /** The configuration file; `LUPA_CONFIG` otherwise. */
  readonly config?: string;
  /** Goes before the configuration's. */
  readonly workers?: number;
  /** Looks at the configuration and starts nothing. */
  readonly check?: boolean;
  readonly json?: boolean;
}

type ExitCode = 0 | 1 | 130;

/** The key files a worker may make, none today, and its core dumps are this account's alone. */
const OWNER_ONLY = 0o077;

/** Runs the bank until a signal ends it. @returns the exit code */
export async function serve(options: ServeOptions): Promise<ExitCode> {
  process.umask(OWNER_ONLY);
  const signals = listenForSignals();
  const source = sourceOf(options);
  const { configuration, problems } = await checkConfiguration(source);
  if (options.check) return reportCheck(options, problems);
  if (problems.length > 0) process.stderr.write(`lupa serve: ${printProblems(problems)}`);
  if (configuration === undefined) return 1;
  const log = jsonLog({ level: 'info' });
  const { workers, drainSeconds, hangSeconds } = configuration;
  const supervisor = new Supervisor({ workers, drainSeconds, hangSeconds, file: source.file, log });
  let operations: OperationsListener | undefined;
  try {
    operations = await openOperationsListener(supervisor, configuration.operations);
    await (await openAdministration(configuration.bank.store)).close();
    const ended = await Promise.race([supervisor.start().then(() => undefined), signals.end]);
    if (ended === undefined) announce(options, configuration, { pids: supervisor.pids, operations: operations.url });
    reloadAtSignal(signals, { options, supervisor, log });
    await Promise.race([signals.end, supervisor.lost]);
  } catch (error) {
    supervisor.kill();
    await operations?.close();
    process.stderr.write(`lupa serve: ${explainStart(error)}\n`);
    return 1;
  }
  const exitCode = await endGently(signals, supervisor, log);
  // Until the last call is answered it says that no others should come.
  await operations.close();
  return exitCode;
}

function sourceOf({ config, workers }: ServeOptions) {
  const { LUPA_CONFIG } = process.env;
  const file = config ?? (LUPA_CONFIG === '' ? undefined : LUPA_CONFIG);
  const environment = workers === undefined ? process.env : { ...process.env, LUPA_WORKERS: String(workers) };
  return { file, environment };
}

function reportCheck({ json }: ServeOptions, problems: Parameters<typeof printProblems>[0]): ExitCode {
  const isGood = !problems.some(isMistake);
  if (json) process.stdout.write(`${JSON.stringify({ ok: isGood, problems })}\n`);
  else if (problems.length > 0) process.stdout.write(printProblems(problems));
  if (isGood && !json) process.stdout.write('The configuration is good: lupa serve would start with it.\n');
  return isGood ? 0 : 1;
}

function announce(
  { json }: ServeOptions,
  { bank }: ServerConfiguration,
  { pids, operations }: { pids: readonly number[]; operations: string },
): void {
  const facts = { api: bank.api.url, authorize: bank.authorize.url, operations, pid: process.pid, workers: pids };
  const text = `The bank is ready: API ${facts.api}, pages ${facts.authorize}, figures ${operations}/metrics, process ${facts.pid}, workers ${pids.join(' ')}.`;
  process.stdout.write(`${json ? JSON.stringify({ ready: true, ...facts }) : text}\n`);
}

function reloadAtSignal(
  signals: Signals,
  { options, supervisor, log }: { options: ServeOptions; supervisor: Supervisor; log: ServerLog },
): void {
  // One after another, however often it is asked.
  let reloaded = Promise.resolve();
  const reload = async () => {
    const { configuration, problems } = await checkConfiguration(sourceOf(options));
    for (const { kind, ...problem } of problems) {
      if (kind === 'mistake') log.error(problem, 'a mistake in the configuration');
      else log.warn(problem, 'something to look at in the configuration');
    }
    if (configuration === undefined) {
      log.error('the configuration has mistakes; the workers go on with what they have');
      return;
    }
    try {
      await supervisor.replaceAll(configuration);
      log.info({ workers: supervisor.pids }, 'reloaded: every worker is a new one');
    } catch (error) {
      log.error({ why: explainStart(error) }, 'a new worker did not start; the old ones that are left go on');
    }
  };
  signals.onReload(() => {
    log.info('SIGHUP: the workers are replaced one by one');
    reloaded = reloaded.then(reload);
  });
}

async function endGently(signals: Signals, supervisor: Supervisor, log: ServerLog): Promise<ExitCode> {
  log.info({ signal: await signals.end }, 'ending: what is under way is answered');
  const ended = supervisor.end();
  const cutOff = await Promise.race([ended, signals.endNow]);
  if (cutOff === undefined) {
    supervisor.kill();
    log.warn('ended at once by a second signal');
    return 130;
  }
  log.info({ cutOff }, 'ended');
  return 0;
}
