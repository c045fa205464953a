import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownChromiums, TestBrowser } from './test-browser.ts';

const title = (browser: TestBrowser, text: string) =>
  browser.withPage({}, async (page) => {
    await page.setContent(`<title>${text}</title>`);
    return page.title();
  });

test('a browser that hangs while it closes a context is killed, and another takes its place', async () => {
  const browser = await TestBrowser.launch(1_000);
  const [first = 0, ...others] = ownChromiums();
  assert.deepEqual(others, []);
  const work = browser.withPage({}, async (page) => {
    await page.setContent('<title>done</title>');
    const done = await page.title();
    process.kill(first, 'SIGSTOP');
    return done;
  });
  assert.equal(await work, 'done');
  assert.equal(ownChromiums().includes(first), false);
  assert.throws(() => process.kill(first, 0), { code: 'ESRCH' });
  assert.equal(await title(browser, 'another'), 'another');
  await browser.close();
});
