import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

/** Closing takes milliseconds; a browser that has not done so by then will not do it at all. */
const PATIENCE_MS = 30_000;

/**
 * One Chromium for the tests of a file, each with a context of its own. Once in hundreds of runs it hangs while it closes a context,
 * whose test has come to its end by then: such a browser is killed, and the next test gets another one.
 */
export class TestBrowser {
  #browser: Browser;
  readonly #patienceMs: number;

  private constructor(browser: Browser, patienceMs: number) {
    this.#browser = browser;
    this.#patienceMs = patienceMs;
  }

  static async launch(patienceMs = PATIENCE_MS): Promise<TestBrowser> {
    return new TestBrowser(await launchChromium(), patienceMs);
  }

  /** Does something with a page that has no cookies of another test. */
  async withPage<T>(
    options: BrowserContextOptions,
    work: (page: Page, context: BrowserContext) => Promise<T>,
  ): Promise<T> {
    const context = await this.#browser.newContext(options);
    try {
      return await work(await context.newPage(), context);
    } finally {
      if (!(await this.#inTime(context.close()))) {
        process.stderr.write('Chromium hung while it closed a context; another one takes its place.\n');
        for (const pid of ownChromiums()) process.kill(pid, 'SIGKILL');
        await this.close();
        this.#browser = await launchChromium();
      }
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** @returns false when it takes too long */
  #inTime(closing: Promise<void>): Promise<boolean> {
    // One that is killed meanwhile has nothing to say that matters.
    return Promise.race([closing.then(() => true).catch(() => true), sleep(this.#patienceMs, false, { ref: false })]);
  }
}

/** Ids of the browser processes that this process has started. */
export function ownChromiums(): number[] {
  const children = execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return [...children.matchAll(/^\s*(\d+) chrom/gm)].map(([, pid]) => Number(pid));
}
