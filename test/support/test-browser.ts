import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

/** Closing takes milliseconds; a browser that has not done so by then will not do it at all. */
const PATIENCE_MS = 30_000;
/** Whatever a page is asked for is given up after 30 s, unless the browser itself hangs: no test has so much to ask for. */
const WORK_PATIENCE_MS = 180_000;

const HUNG = Symbol('the browser hung');

/**
 * One Chromium for the tests of a file, each with a context of its own. Once in hundreds of runs it hangs when it closes a page or a
 * context: such a browser is killed. Where the test had come to its end by then, the next one gets another browser; where it had not,
 * it is begun anew in one, once.
 */
export class TestBrowser {
  #browser: Browser;
  readonly #patienceMs: number;
  readonly #workPatienceMs: number;

  private constructor(browser: Browser, patienceMs: number, workPatienceMs: number) {
    this.#browser = browser;
    this.#patienceMs = patienceMs;
    this.#workPatienceMs = workPatienceMs;
  }

  static async launch(patienceMs = PATIENCE_MS, workPatienceMs = WORK_PATIENCE_MS): Promise<TestBrowser> {
    return new TestBrowser(await launchChromium(), patienceMs, workPatienceMs);
  }

  /** Does something with a page that has no cookies of another test. */
  async withPage<T>(
    options: BrowserContextOptions,
    work: (page: Page, context: BrowserContext) => Promise<T>,
  ): Promise<T> {
    const first = await this.#attempt(options, work);
    if (first !== HUNG) return first;
    process.stderr.write('Chromium hung in the middle of a test, which begins anew in another one.\n');
    const second = await this.#attempt(options, work);
    if (second === HUNG) throw new Error('Chromium hung twice in the middle of this test: it is not by chance');
    return second;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async #attempt<T>(
    options: BrowserContextOptions,
    work: (page: Page, context: BrowserContext) => Promise<T>,
  ): Promise<T | typeof HUNG> {
    const context = await this.#browser.newContext(options);
    let isWell = true;
    let result: T | typeof HUNG;
    try {
      const working = context.newPage().then((page) => work(page, context));
      // What it says once the browser is killed under it matters to nobody.
      working.catch(() => undefined);
      result = await Promise.race([working, sleep(this.#workPatienceMs, HUNG, { ref: false })]);
    } finally {
      isWell = await this.#inTime(context.close());
      if (!isWell) await this.#replace();
    }
    if (result === HUNG && isWell)
      throw new Error('The test waits for something that never comes; the browser is well.');
    return result;
  }

  async #replace(): Promise<void> {
    process.stderr.write('Chromium hung; another one takes its place.\n');
    for (const pid of ownChromiums()) process.kill(pid, 'SIGKILL');
    await this.close();
    this.#browser = await launchChromium();
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
