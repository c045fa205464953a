import { setTimeout as sleep } from 'node:timers/promises';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** One rule a page breaks, and where; short enough to read in a failed assertion. */
export interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** WCAG 2.2 at level AA includes every earlier version's A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Runs axe-core in the page as it stands and gives every violation of WCAG 2.2 AA: none is `[]`.
 * The page's context must have JavaScript on. The page's Content-Security-Policy does not stand in the way.
 *
 * @throws Error when axe does not finish, as in a page without JavaScript.
 */
export async function runAxe(page: Page, timeoutMs = 30_000): Promise<AxeViolation[]> {
  const options = { runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'] };
  // As text: these run in the browser, and the tests are compiled without the browser's types.
  const script = `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.map(({ id, impact, help, nodes }) =>
      ({ id, impact, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`;
  const stop = new AbortController();
  const tooLong = sleep(timeoutMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`axe did not finish within ${timeoutMs} ms: is JavaScript on in this browser context?`);
  });
  const run = page.evaluate(axe.source).then(() => page.evaluate<AxeViolation[]>(script));
  try {
    return await Promise.race([run, tooLong]);
  } finally {
    stop.abort();
    await tooLong.catch(() => undefined);
    run.catch(() => undefined);
  }
}
