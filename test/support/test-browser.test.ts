import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
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

test('a test in whose middle the browser hangs is begun anew in another one, once', async () => {
  const browser = await TestBrowser.launch(1_000, 3_000);
  let attempts = 0;
  const hang = async (page: Page) => {
    attempts += 1;
    for (const pid of ownChromiums()) process.kill(pid, 'SIGSTOP');
    await page.setContent('<title>never</title>');
  };
  const work = browser.withPage({}, async (page) => {
    if (attempts === 0) await hang(page);
    await page.setContent('<title>done</title>');
    return page.title();
  });
  assert.equal(await work, 'done');
  await assert.rejects(browser.withPage({}, hang), /hung twice/);
  assert.equal(attempts, 3);
  // What is not the browser's fault is told at once, and tried once.
  await assert.rejects(
    browser.withPage({}, () => Promise.reject(new Error('wrong'))),
    /^Error: wrong$/,
  );
  await assert.rejects(
    browser.withPage({}, () => new Promise(() => undefined)),
    /the browser is well/,
  );
  await browser.close();
});
