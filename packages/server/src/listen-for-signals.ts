/** What the operating system, or a person, asks of a server. */
export interface Signals {
  /** Resolves at the first SIGTERM or Ctrl-C. */
  readonly end: Promise<NodeJS.Signals>;
  /** Resolves at the second one. */
  readonly endNow: Promise<void>;
  /** Called at every SIGHUP. */
  onReload(reload: () => void): void;
}

/** A terminal sends Ctrl-C to all its processes and npm passes it on: two so close together are one press. */
const SAME_PRESS_MS = 250;

/** Takes the signals over: from now on none of them ends the process by itself. */
export function listenForSignals(): Signals {
  const end = Promise.withResolvers<NodeJS.Signals>();
  const endNow = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      const now = performance.now();
      firstAt ??= now;
      end.resolve(name);
      if (now - firstAt > SAME_PRESS_MS) endNow.resolve();
    });
  }
  let reload = () => {};
  process.on('SIGHUP', () => reload());
  return {
    end: end.promise,
    endNow: endNow.promise,
    onReload: (called) => {
      reload = called;
    },
  };
}
