/** Work that repeats until stopped: at once when woken, and at every interval whether woken or not. */
export interface BackgroundWork {
  wake(): void;
  /** Resolves when a pass under way has ended and no other will begin. */
  stop(): Promise<void>;
}

/**
 * Runs `pass` now and then, never twice at once.
 *
 * @param pass one round of the work; it resolves true when there may be more to do at once
 * @param failed told of every pass that threw; the work goes on at the next interval
 */
export function startBackgroundWork(
  intervalMs: number,
  pass: () => Promise<boolean>,
  failed: (error: unknown) => void,
): BackgroundWork {
  let stopped = false;
  let woken = false;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    do {
      woken = false;
      try {
        if (await pass()) woken = true;
      } catch (error) {
        failed(error);
        woken = false;
      }
    } while (woken && !stopped);
    running = undefined;
  }

  function wake(): void {
    woken = true;
    if (running === undefined && !stopped) running = run();
  }

  const timer = setInterval(wake, intervalMs);
  wake();
  return {
    wake,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
