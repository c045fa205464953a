import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Session } from 'node:inspector/promises';
import { type CpuProfile, type StepShare, timeBySteps } from './cpu-profile.ts';

/** What a process has used since it started, and what it holds. */
export interface Usage {
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** A process of its own, spoken to by messages: what is measured must not share a core's time slice by slice with what measures. */
export interface Child {
  /** Sends a message and waits for the one that answers it. @throws Error when the process ends instead */
  ask<Answer>(message: unknown): Promise<Answer>;
  /** @param collect whether to collect garbage first, which takes `--expose-gc` */
  usage(collect?: boolean): Promise<Usage>;
  /** Profiles the process while something is done. @returns where its processor time went */
  profileWhile(work: () => Promise<void>): Promise<readonly StepShare[]>;
  /** Ends the process, and waits until it has ended. */
  stop(): Promise<void>;
}

/** Answered by every process that calls `serveParent`. */
type Question =
  | { readonly question: 'usage'; readonly collect: boolean }
  | { readonly question: 'profile' | 'profiled' };

const running = new Set<ChildProcess>();

/**
 * Starts a module as a process. It ends by itself when this process goes away, however that happens.
 *
 * @param module file URL of a module that calls `serveParent`
 * @param execArgv further flags of Node
 */
export function startChild(module: URL, execArgv: readonly string[] = []): Child {
  const child = fork(module, { execArgv: [...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  running.add(child);
  const name = module.pathname.split('/').at(-1);
  return {
    ask: (message) => ask(child, `${name}`, message),
    usage: (collect = false) => ask(child, `${name}`, { question: 'usage', collect } satisfies Question),
    profileWhile: async (work) => {
      await ask(child, `${name}`, { question: 'profile' } satisfies Question);
      await work();
      return ask(child, `${name}`, { question: 'profiled' } satisfies Question);
    },
    stop: () => stop(child),
  };
}

/** Ends every process started here, and waits until each has ended. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map(stop));
}

async function stop(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  if (child.connected) child.disconnect();
  await ended;
}

/** The other side: answers every message of the parent with what `answer` makes of it; ends when the parent is gone. */
export function serveParent<Message extends object>(answer: (message: Message) => Promise<unknown>): void {
  process.on('message', (message: Message | Question) => {
    const answering = isQuestion(message) ? answerOwn(message) : answer(message);
    answering.then(
      (answered) => process.send?.({ answered }),
      (error: unknown) => process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : error }),
    );
  });
  process.once('disconnect', () => process.exit(0));
}

function isQuestion(message: object): message is Question {
  return 'question' in message;
}

function answerOwn(question: Question): Promise<unknown> {
  switch (question.question) {
    case 'usage':
      return ownUsage(question.collect);
    case 'profile':
      return beginProfile();
    case 'profiled':
      return endProfile();
  }
}

async function ownUsage(collect: boolean): Promise<Usage> {
  if (collect) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuMicroseconds: user + system, rssBytes: rss, heapBytes: heapUsed };
}

let profiling: Session | undefined;

async function beginProfile(): Promise<void> {
  profiling = new Session();
  profiling.connect();
  await profiling.post('Profiler.enable');
  await profiling.post('Profiler.start');
}

async function endProfile(): Promise<readonly StepShare[]> {
  if (profiling === undefined) throw new Error('no profile was begun');
  const { profile } = await profiling.post('Profiler.stop');
  profiling.disconnect();
  return timeBySteps(profile as CpuProfile);
}

async function ask<Answer>(child: ChildProcess, name: string, message: unknown): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onMessage = (reply: { answered: Answer } | { failed: string }) =>
    'failed' in reply ? reject(new Error(`${name}: ${reply.failed}`)) : resolve(reply.answered);
  const onExit = (code: number | null, signal: string | null) => reject(new Error(`${name} ended: ${signal ?? code}`));
  child.once('message', onMessage);
  child.once('exit', onExit);
  try {
    child.send(message as object);
    return await promise;
  } finally {
    child.off('message', onMessage);
    child.off('exit', onExit);
  }
}
