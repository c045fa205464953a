/** What ends a long-running command. */
export interface End {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** Settles at the first signal. */
  readonly asked: Promise<void>;
}

/**
 * A terminal sends Ctrl-C to the whole group of processes, and npm passes it on once more to its child: two signals so close
 * together are one press.
 */
const SAME_PRESS_MS = 250;

const INTERRUPTED = 130;

/** Listens for Ctrl-C and for being told to end: the first asks for a clean end, the second ends the process at once. */
export function listenForEnd(): End {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      controller.abort(new Error('ended by a signal'));
      resolve();
    } else if (now - firstAt > SAME_PRESS_MS) {
      process.exit(INTERRUPTED);
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return { signal: controller.signal, asked };
}
