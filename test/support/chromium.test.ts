import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { runAxe } from './axe.ts';
import { installedChromiums, launchChromium } from './chromium.ts';

const SOUND = '<html lang="fi"><title>Kauppa</title><main><h1>Kauppa</h1><p id="p">Hei</p></main></html>';
const FAULTY = '<html lang="fi"><title>Kauppa</title><main><h1>Kauppa</h1><input name="amount"></main></html>';

describe('Chromium', () => {
  let server: Server;
  let address: string;
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
    server = createServer((request, response) => {
      // The strictest policy of the pages under test: axe has to work under it.
      response.setHeader('Content-Security-Policy', "default-src 'none'");
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(request.url === '/faulty' ? FAULTY : SOUND);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const listening = server.address();
    assert.ok(listening && typeof listening === 'object');
    address = `http://127.0.0.1:${listening.port}`;
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  test('shows a page of this machine, text included', async () => {
    const page = await browser.newPage();
    await page.goto(address);
    assert.equal(await page.innerText('#p'), 'Hei');
    const box = await page.locator('#p').boundingBox();
    assert.ok(box && box.height > 0);
    await page.close();
  });

  test('shows it with JavaScript off as well', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address);
    assert.equal(await page.innerText('#p'), 'Hei');
    await context.close();
  });

  test('keeps the rules of the web: another origin cannot be read', async () => {
    const page = await browser.newPage();
    await page.goto('about:blank');
    const outcome = await page.evaluate(`fetch('${address}').then(() => 'read', () => 'refused')`);
    assert.equal(outcome, 'refused');
    await page.close();
  });

  test('axe finds nothing in a sound page', async () => {
    const page = await browser.newPage();
    await page.goto(address);
    assert.deepEqual(await runAxe(page), []);
    await page.close();
  });

  test('axe finds a field without a label', async () => {
    const page = await browser.newPage();
    await page.goto(`${address}/faulty`);
    const violations = await runAxe(page);
    assert.deepEqual(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [['label', ['<input name="amount">']]],
    );
    await page.close();
  });

  test('axe says so, and does not hang, where JavaScript is off', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address);
    await assert.rejects(runAxe(page, 500), /is JavaScript on/);
    await context.close();
  });
});

describe('which Chromium', () => {
  const directory = fs.mkdtempSync(join(tmpdir(), 'lupa-test-'));
  const place = (name: string, mode: number) => {
    const path = join(directory, name);
    fs.writeFileSync(path, '#!/bin/sh\nexit 1\n', { mode });
    return path;
  };
  after(() => fs.rmSync(directory, { recursive: true }));

  test('the ones on the PATH are found, if they can be run at all', () => {
    const browser = place('chromium', 0o755);
    const text = place('google-chrome', 0o644);
    assert.ok(installedChromiums(`/nowhere:${directory}`).includes(browser));
    assert.equal(installedChromiums(`/nowhere:${directory}`).includes(text), false);
  });

  test('one that does not start gives way to the one from the package', { timeout: 120_000 }, async () => {
    const browser = await launchChromium([place('chromium', 0o755)]);
    assert.match(browser.version(), /^\d+\./);
    await browser.close();
  });
});
