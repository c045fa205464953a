import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { runAxe } from '../../../../test/support/axe.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { TestBrowser } from '../../../../test/support/test-browser.ts';
import { answerPhoneRequest } from '../../src/operations/answer-phone-request.ts';
import { unblockCustomer } from '../../src/operations/unblock-customer.ts';
import { openSite, type Site } from './pages-site.ts';
import { LIISA, Walk, wrong } from './sca-parts.ts';

const PAYMENTS = [
  {
    amountEUR: '42.50',
    payee: { iban: 'FI2112345600000785', name: 'Kahvipaahtimo Meri Oy' },
    message: 'Tilaus 10423: kahvia ja suodatinpapereita',
  },
  {
    amountEUR: '1234.00',
    payee: { iban: 'FI2112345600000785', name: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk GmbH' },
  },
  { amountEUR: '9.90', count: 12, message: 'M'.repeat(140) },
];

let site: Site;
let browser: TestBrowser;
let origin: string;
before(async () => {
  // The pages compare a form's origin with the issuer, so the port has to be known before the server listens.
  const port = await freePort();
  origin = `http://localhost:${port}`;
  site = await openSite({ issuer: origin });
  await site.app.listen({ port, host: '127.0.0.1' });
  browser = await TestBrowser.launch();
});
after(async () => {
  await browser.close();
  await site.close();
});

// Each test types a wrong code, and five in a row would block the customer.
beforeEach(() => unblockCustomer(site.parts.sca, LIISA.username));

const inBrowser = (options: BrowserContextOptions, work: (page: Page) => Promise<void>) =>
  browser.withPage(options, work);

describe('without JavaScript', () => {
  const OFF = { javaScriptEnabled: false, viewport: { width: 320, height: 640 } };

  test('a customer pays with a key code, and is back at the shop', async () => {
    const { path, uid, authorizationId } = await site.arrive(PAYMENTS, ['fi']);
    await inBrowser(OFF, async (page) => {
      await page.goto(origin + path);
      await page.fill('input[name=username]', LIISA.username);
      await page.fill('input[name=password]', LIISA.password);
      await page.click('button[name=action][value=continue]');
      await page.click('button[name=action][value=continue]');
      await page.fill('input[name=code]', await site.codeFor(uid));
      await page.click('button[name=action][value=approve]');
      await page.waitForURL('**/oauth/authorize/**');
      assert.equal(await page.innerText('p'), 'Back at the shop');
    });
    assert.equal((await site.parts.statuses(authorizationId)).authorization, 'Authorized');
  });

  test('a customer pays with the mobile key', async () => {
    const { path, uid, authorizationId } = await site.arrive([{}], ['en']);
    await inBrowser(OFF, async (page) => {
      await page.goto(origin + path);
      await page.fill('input[name=username]', LIISA.username);
      await page.fill('input[name=password]', LIISA.password);
      await page.click('button[name=action][value=continue]');
      await page.check('input[name=factor][value=mobilekey]');
      await page.click('button[name=action][value=continue]');
      const id = (await site.parts.sca.store.findSession(uid))?.challenge?.challengeId ?? '';
      await answerPhoneRequest(site.parts.sca, LIISA.username, id, 'approve');
      await page.click('button[name=action][value=approve]');
      await page.waitForURL('**/oauth/authorize/**');
    });
    assert.equal((await site.parts.statuses(authorizationId)).authorization, 'Authorized');
  });

  test('the keyboard alone is enough, and the error is where the focus is', async () => {
    const { path, uid, authorizationId } = await site.arrive([{}], ['sv']);
    await inBrowser({ viewport: { width: 1280, height: 800 } }, async (page) => {
      const focused = () => page.evaluate('document.activeElement.name || document.activeElement.className');
      const tabTo = async (name: string) => {
        for (let presses = 0; presses < 30; presses += 1) {
          await page.keyboard.press('Tab');
          if ((await focused()) === name) return;
        }
        assert.fail(`Tab never came to ${name}`);
      };
      await page.goto(origin + path);
      await page.keyboard.press('Tab');
      assert.equal(await focused(), 'skip', 'the first stop skips to the content');
      await tabTo('username');
      await page.keyboard.type(LIISA.username);
      await tabTo('password');
      await page.keyboard.type(LIISA.password);
      await page.keyboard.press('Enter');
      await page.waitForSelector('input[name=payments]');
      await tabTo('action');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-key-number]');
      await tabTo('code');
      await page.keyboard.type(wrong(await site.codeFor(uid)));
      await page.keyboard.press('Enter');
      await page.waitForSelector('.notice.error');
      assert.equal(await focused(), 'notice error');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      assert.equal(await focused(), 'code', 'the error leads to the field');
      await page.keyboard.type(await site.codeFor(uid));
      await page.keyboard.press('Enter');
      await page.waitForURL('**/oauth/authorize/**');
    });
    assert.equal((await site.parts.statuses(authorizationId)).authorization, 'Authorized');
  });

  test('going back after the login shows where things stand', async () => {
    const { path } = await site.arrive([{}], ['en']);
    await inBrowser(OFF, async (page) => {
      await page.goto(origin + path);
      await page.fill('input[name=username]', LIISA.username);
      await page.fill('input[name=password]', LIISA.password);
      await page.click('button[name=action][value=continue]');
      await page.click('button[name=action][value=continue]');
      await page.locator('[data-key-number]').waitFor();
      await page.goBack();
      assert.ok((await page.title()).includes('Confirm with a key code'));
      assert.equal(await page.locator('[data-key-number]').count(), 1);
    });
  });
});

describe('axe finds nothing, and nothing sticks out', () => {
  const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
    '320 px, light': { viewport: { width: 320, height: 640 }, colorScheme: 'light', locale: 'fi-FI' },
    '320 px, dark': { viewport: { width: 320, height: 640 }, colorScheme: 'dark', locale: 'sv-FI' },
    'desktop, light': { viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB' },
    'desktop, dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark', locale: 'fi-FI' },
    'forced colours': { viewport: { width: 800, height: 800 }, forcedColors: 'active', locale: 'en-GB' },
  };
  for (const [look, options] of Object.entries(LOOKS)) {
    test(look, async () => {
      await inBrowser(options, async (page) => {
        const { path, uid } = await site.arrive(PAYMENTS);
        await page.goto(origin + path);
        await assertSound(page, 'login');
        await page.click('button[value=continue]');
        await assertSound(page, 'login with an error');
        await page.fill('#username', LIISA.username);
        await page.fill('#password', LIISA.password);
        await page.click('button[value=continue]');
        await assertSound(page, 'review');
        await page.uncheck('#payment-1');
        await page.click('button[value=continue]');
        await assertSound(page, 'factor, key code');
        await page.fill('#code', wrong(await site.codeFor(uid)));
        await page.click('button[value=approve]');
        await assertSound(page, 'factor with an error');
        await page.click('button[value=continue]');
        await page.click('button[value=approve]');
        await assertSound(page, 'factor, mobile key, still waiting');
        await page.goto(`${origin}/sca/of-another-browser`);
        await assertSound(page, 'a dead link');
        const taken = await site.arrive();
        await (await Walk.open(site.parts, taken)).logIn();
        await page.goto(origin + taken.path);
        await assertSound(page, 'the end, to read');
        await page.click('a.quiet');
        await assertSound(page, 'the end, to stay at');
        assert.equal(await page.evaluate('document.querySelectorAll("meta[http-equiv=refresh]").length'), 0);
      });
    });
  }
});

describe('a foreign payment', () => {
  /** Every line that there can be, as long as it can be. */
  const LONGEST = {
    amount: '999999999.99',
    message: 'W'.repeat(140),
    detailsOfCharges: 'OUR',
    paymentOrder: 'HIGH',
    exchangeRateReference: 'R'.repeat(35),
    payee: {
      name: 'W'.repeat(70),
      bankAccount: { id: '9'.repeat(35), schemeName: 'BBAN', issuer: 'I'.repeat(35) },
      financialInstitution: {
        bic: 'CHASUS33XXX',
        name: 'B'.repeat(70),
        foreignBankAddress: { address: 'A'.repeat(35), city: 'C'.repeat(35), country: 'US' },
      },
      foreignAddress: { addressLine1: '1'.repeat(35), addressLine2: '2'.repeat(35), country: 'US' },
    },
  } as const;

  for (const [language, width, colorScheme] of [
    ['fi', 320, 'light'],
    ['sv', 1280, 'dark'],
    ['en', 320, 'dark'],
  ] as const) {
    test(`is shown whole and in order at ${width} px, ${colorScheme}, in ${language}`, async () => {
      for (const wish of [{}, LONGEST]) {
        const uid = site.sendAgain(await site.parts.createdForeign(wish), [language]);
        await inBrowser({ viewport: { width, height: 800 }, colorScheme }, async (page) => {
          await page.goto(`${origin}/sca/${uid}`);
          await page.fill('#username', LIISA.username);
          await page.fill('#password', LIISA.password);
          await page.click('button[value=continue]');
          await assertSound(page, 'review');
          await page.click('button[value=continue]');
          await assertSound(page, 'factor');
        });
      }
    });
  }
});

/** Below this WCAG 2.2 wants targets spaced apart (success criterion 2.5.8). */
const MIN_TARGET_PX = 24;

async function assertSound(page: Page, which: string): Promise<void> {
  assert.deepEqual(await runAxe(page), [], which);
  const sticksOut = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  assert.equal(await page.evaluate(sticksOut), 0, `${which} scrolls sideways`);
  const small = `[...document.querySelectorAll('button, input:not([type=hidden]), select, .languages a, a.button')]
    .filter((element) => { const box = element.getBoundingClientRect(); return box.width < ${MIN_TARGET_PX} || box.height < ${MIN_TARGET_PX}; })
    .map((element) => element.outerHTML)`;
  assert.deepEqual(await page.evaluate(small), [], `${which} has small targets`);
}
