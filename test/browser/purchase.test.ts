import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../../packages/sandbox/src/index.ts';
import { runAxe } from '../support/axe.ts';
import { placeEmptyStore } from '../support/pglite-store.ts';
import { TestBrowser } from '../support/test-browser.ts';

let dataDir: string;
let sandbox: Sandbox;
let browser: TestBrowser;

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lupa-purchase-'));
  await placeEmptyStore(dataDir);
  [sandbox, browser] = await Promise.all([
    startSandbox({ dataDir, apiPort: 0, authorizePort: 0, shopPort: 0 }),
    TestBrowser.launch(),
  ]);
});
after(async () => {
  await browser?.close();
  await sandbox?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const withPage = (javaScriptEnabled: boolean, work: (page: Page, context: BrowserContext) => Promise<void>) =>
  browser.withPage({ javaScriptEnabled, locale: 'en-GB' }, work);

const shopUrl = () => sandbox.shop ?? assert.fail('the sandbox runs no shop');

/** Puts the product in the cart and goes to the bank's login page. */
async function buy(page: Page, product: string, responseType: 'code' | 'code id_token' = 'code'): Promise<void> {
  await page.goto(shopUrl());
  await page.locator(`form:has(input[name="product"][value="${product}"]) button`).first().click();
  if (responseType === 'code id_token') {
    await page.locator('details summary').first().click();
    await page.locator('[name="response_type"][value="code id_token"]').check();
  }
  await page.getByRole('button', { name: /pay from your bank/i }).click();
  await page.waitForURL((url) => url.origin === sandbox.authorize && url.pathname.startsWith('/sca/'));
}

async function logIn(page: Page, username: string, password = `${username}-salasana`): Promise<void> {
  await page.locator('[name="username"]').fill(username);
  await page.locator('[name="password"]').fill(password);
  await page.locator('[name="action"][value="continue"]').click();
}

async function chooseFactor(page: Page, factor: 'keycode' | 'mobilekey'): Promise<void> {
  await page.locator(`[name="factor"][value="${factor}"]`).check();
  await page.locator('[name="action"][value="continue"]').first().click();
}

async function giveKeyCode(page: Page, username: string): Promise<void> {
  const number = await page.locator('[data-key-number]').getAttribute('data-key-number');
  const card = await fetch(`${sandbox.authorize}/sandbox/key-card/${username}`, {
    headers: { accept: 'application/json' },
  });
  const { keys } = (await card.json()) as { keys: Record<string, string> };
  await page.locator('[name="code"]').fill(keys[number ?? ''] ?? '');
  await page.locator('[name="action"][value="approve"]').click();
}

/** Approves on the simulated phone, in a tab of its own, and comes back to the bank's page. */
async function approveOnPhone(page: Page, context: BrowserContext, username: string, expected: RegExp): Promise<void> {
  const phone = await context.newPage();
  await phone.goto(`${sandbox.authorize}/sandbox/phone/${username}`);
  assert.match(await phone.locator('main').innerText(), expected);
  await phone.locator('[name="action"][value="approve"]').first().click();
  await phone.close();
  await page.locator('[name="action"][value="approve"]').first().click();
}

async function seeItBooked(page: Page): Promise<void> {
  await page.waitForURL((url) => url.origin === shopUrl() && /^\/orders\/[^/]+$/.test(url.pathname));
  await page
    .getByText(/Submitted|Credited/)
    .first()
    .waitFor();
}

async function balanceOf(username: string): Promise<number> {
  const user = sandbox.users.find((each) => each.username === username);
  const iban = user?.accounts[0]?.iban;
  const customerId = await sandbox.bank.administration.addCustomer({ username, name: username, password: '-' });
  const account = (await sandbox.bank.administration.accountsOf(customerId)).find((each) => each.iban === iban);
  return account?.balanceCents ?? Number.NaN;
}

for (const javaScript of [true, false]) {
  const scripts = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`a purchase approved with a key code is booked, ${scripts}`, async () => {
    const before = await balanceOf('aino');
    await withPage(javaScript, async (page) => {
      await buy(page, 'ruisnakkari');
      await logIn(page, 'aino');
      await chooseFactor(page, 'keycode');
      await giveKeyCode(page, 'aino');
      await seeItBooked(page);
    });
    assert.equal(await balanceOf('aino'), before - 400);
  });

  test(`a purchase approved with the mobile key is booked, ${scripts}`, async () => {
    const before = await balanceOf('ville');
    await withPage(javaScript, async (page, context) => {
      await buy(page, 'tervasaippua');
      await logIn(page, 'ville');
      await chooseFactor(page, 'mobilekey');
      await approveOnPhone(page, context, 'ville', /12[.,]50/);
      await seeItBooked(page);
    });
    assert.equal(await balanceOf('ville'), before - 1250);
  });

  test(`a customer who cancels comes back to the shop, and nothing is debited, ${scripts}`, async () => {
    const before = await balanceOf('aino');
    await withPage(javaScript, async (page) => {
      await buy(page, 'ruisnakkari');
      await page.locator('[name="action"][value="cancel"]').click();
      await page.waitForURL((url) => url.origin === shopUrl());
      assert.match(await page.locator('main').innerText(), /cancel|not approved|did not approve|refused/i);
    });
    assert.equal(await balanceOf('aino'), before);
  });
}

test('the answer in the fragment (code id_token) is verified and the purchase booked', async () => {
  await withPage(true, async (page) => {
    await buy(page, 'villasukat', 'code id_token');
    await logIn(page, 'aino');
    await chooseFactor(page, 'keycode');
    await giveKeyCode(page, 'aino');
    await seeItBooked(page);
    await page.goto(`${page.url()}/wire`);
    assert.match(await page.locator('main').innerText(), /s_hash/);
  });
});

test('a second purchase in the same browser needs its own login and its own second factor', async () => {
  await withPage(false, async (page) => {
    for (const product of ['ruisnakkari', 'tervasaippua']) {
      await buy(page, product);
      assert.equal(await page.locator('[name="password"]').count(), 1);
      await logIn(page, 'aino');
      await chooseFactor(page, 'keycode');
      await giveKeyCode(page, 'aino');
      await seeItBooked(page);
    }
  });
});

test('after a purchase a small one needs no login, five times, and the sixth is explained; axe finds nothing on the way', async () => {
  const before = await balanceOf('aino');
  await withPage(true, async (page) => {
    await page.setViewportSize({ width: 320, height: 640 });
    const inspect = async (where: string) => {
      assert.deepEqual(await runAxe(page), [], where);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(Number(width) <= 320, `${where} is ${width} px wide`);
    };
    const payAgain = async () => {
      await page.goto(shopUrl());
      await page.locator('form:has(input[name="product"][value="ruisnakkari"]) button').first().click();
      await page.goto(`${shopUrl()}/cart`);
      await inspect('cart');
      await page.getByRole('button', { name: 'Pay without logging in again' }).click();
      await page.waitForURL((url) => url.origin === shopUrl() && url.pathname.startsWith('/orders/'));
    };
    await buy(page, 'ruisnakkari');
    await logIn(page, 'aino');
    await chooseFactor(page, 'keycode');
    await giveKeyCode(page, 'aino');
    await seeItBooked(page);
    for (let count = 1; count <= 5; count += 1) {
      await payAgain();
      await page.getByText('Made with an exemption').waitFor();
    }
    await inspect('order');
    await payAgain();
    await page.getByText('you have made five payments without it').waitFor();
    await inspect('order for the bank');
    await page.getByRole('link', { name: 'Continue at your bank' }).click();
    await logIn(page, 'aino');
    await chooseFactor(page, 'keycode');
    await giveKeyCode(page, 'aino');
    await seeItBooked(page);
    await page.goto(`${page.url()}/wire`);
    await inspect('wire');
  });
  assert.equal(await balanceOf('aino'), before - 7 * 400);
});

test('a purchase beyond the balance is explained, and nothing is debited', async () => {
  const before = await balanceOf('elsa');
  await withPage(false, async (page) => {
    await buy(page, 'ryijy');
    await logIn(page, 'elsa');
    await chooseFactor(page, 'keycode');
    await giveKeyCode(page, 'elsa');
    await page.waitForURL((url) => url.origin === shopUrl());
    assert.match(await page.locator('main').innerText(), /not enough|does not hold|insufficient/i);
  });
  assert.equal(await balanceOf('elsa'), before);
});

test('the whole purchase works by keyboard alone', async () => {
  await withPage(false, async (page) => {
    await buy(page, 'ruisnakkari');
    await tabTo(page, '[name="username"]');
    await page.keyboard.type('aino');
    await tabTo(page, '[name="password"]');
    await page.keyboard.type('aino-salasana');
    await page.keyboard.press('Enter');
    await page.locator('[name="payments"]').first().waitFor();
    await tabTo(page, '[name="action"][value="continue"]');
    await page.keyboard.press('Enter');
    const number = await page.locator('[data-key-number]').getAttribute('data-key-number');
    const card = await fetch(`${sandbox.authorize}/sandbox/key-card/aino`, { headers: { accept: 'application/json' } });
    const { keys } = (await card.json()) as { keys: Record<string, string> };
    await tabTo(page, '[name="code"]');
    await page.keyboard.type(keys[number ?? ''] ?? '');
    await page.keyboard.press('Enter');
    await seeItBooked(page);
  });
});

test('axe finds nothing on any page of the way, and nothing scrolls sideways at 320 px', async () => {
  await withPage(true, async (page) => {
    await page.setViewportSize({ width: 320, height: 640 });
    const inspect = async (where: string) => {
      assert.deepEqual(await runAxe(page), [], where);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(Number(width) <= 320, `${where} is ${width} px wide`);
    };
    await page.goto(shopUrl());
    await inspect('catalogue');
    await buy(page, 'ruisnakkari');
    await inspect('login');
    await logIn(page, 'aino', 'wrong');
    await inspect('login refused');
    await logIn(page, 'aino');
    await inspect('review');
    await chooseFactor(page, 'keycode');
    await inspect('second factor');
    await giveKeyCode(page, 'aino');
    await seeItBooked(page);
    await inspect('order');
    await page.goto(`${page.url()}/wire`);
    await inspect('wire');
    for (const path of ['/', '/sandbox/key-card/aino', '/sandbox/phone/aino']) {
      await page.goto(`${sandbox.authorize}${path}`);
      await inspect(path);
    }
  });
});

/** Presses Tab until the element has the focus, as somebody without a mouse would. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    const focused = await page.locator(`${selector}:focus`).count();
    if (focused > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${selector} cannot be reached by keyboard`);
}
