import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

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
  /** Ends the process, and waits until it has ended. */
  stop(): Promise<void>;
}

/** Answered by every process that calls `serveParent`. */
interface UsageQuestion {
  readonly question: 'usage';
  readonly collect: boolean;
}

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
    usage: (collect = false) => ask(child, `${name}`, { question: 'usage', collect } satisfies UsageQuestion),
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
  process.on('message', (message: Message | UsageQuestion) => {
    const answering = isUsageQuestion(message) ? ownUsage(message) : answer(message);
    answering.then(
      (answered) => process.send?.({ answered }),
      (error: unknown) => process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : error }),
    );
  });
  // By `exit`, so that a profile asked for by --cpu-prof is still written.
  process.once('disconnect', () => process.exit(0));
}

function isUsageQuestion(message: object): message is UsageQuestion {
  return 'question' in message && message.question === 'usage';
}

async function ownUsage({ collect }: UsageQuestion): Promise<Usage> {
  if (collect) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuMicroseconds: user + system, rssBytes: rss, heapBytes: heapUsed };
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
