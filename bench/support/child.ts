import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of its own, spoken to by messages: what is measured must not share a core's time slice by slice with what measures. */
export interface Child {
  /** Sends a message and waits for the one that answers it. @throws Error when the process ends instead */
  ask<Answer>(message: unknown): Promise<Answer>;
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
  return { ask: (message) => ask(child, `${name}`, message) };
}

/** Ends every process started here, and waits until each has ended. */
export async function stopChildren(): Promise<void> {
  const ending = [...running].map(async (child) => {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  });
  await Promise.all(ending);
}

/** The other side: answers every message of the parent with what `answer` makes of it; ends when the parent is gone. */
export function serveParent<Message>(answer: (message: Message) => Promise<unknown>): void {
  process.on('message', (message: Message) => {
    answer(message).then(
      (answered) => process.send?.({ answered }),
      (error: unknown) => process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : error }),
    );
  });
  // By `exit`, so that a profile asked for by --cpu-prof is still written.
  process.once('disconnect', () => process.exit(0));
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
