import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runAxe } from '../../../../test/support/axe.ts';
import { TestBrowser } from '../../../../test/support/test-browser.ts';
import { playCustomer } from '../../src/index.ts';
import { bookedPayment } from '../support/booked-payment.ts';
import { testSandbox } from '../support/test-sandbox.ts';
import { waitingAuthorization } from '../support/waiting-authorization.ts';

const sandbox = testSandbox();
let browser: TestBrowser;
before(async () => {
  browser = await TestBrowser.launch();
});
after(() => browser?.close());

const NARROW = { width: 320, height: 640 };

/** Looks at a page in a narrow window, light and dark. */
async function assertAccessible(path: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await browser.withPage({ viewport: NARROW, colorScheme }, async (page) => {
      await page.goto(new URL(path, sandbox().authorize).href);
      assert.deepEqual(await runAxe(page), [], `${path}, ${colorScheme}`);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), NARROW.width, path);
    });
  }
}

test('axe finds nothing on any page of the sandbox, light or dark, and none scrolls sideways at 320 px', async () => {
  for (const path of [
    '/',
    '/?unblocked=aino',
    '/sandbox/key-card/aino',
    '/sandbox/phone/aino?look=off',
    '/sandbox/phone/nobody',
    '/sandbox/rails',
    '/sandbox/rails/none',
  ]) {
    await assertAccessible(path);
  }
});

test('the list of messages to other banks is accessible', async () => {
  await bookedPayment(sandbox(), 'FI2112345600000785');
  await assertAccessible('/sandbox/rails');
});

test('a request on the phone is accessible, and approved by keyboard alone with JavaScript off', async () => {
  const { tpp, payment, authorizationUrl } = await waitingAuthorization(sandbox(), '999999.99');
  await playCustomer({
    authorizationUrl,
    username: 'aino',
    password: 'aino-salasana',
    factor: 'mobilekey',
    answerPhone: async () => {
      await assertAccessible('/sandbox/phone/aino');
      await browser.withPage({ javaScriptEnabled: false }, async (page) => {
        await page.goto(`${sandbox().authorize}/sandbox/phone/aino`);
        for (const _ of ['skip link', 'approve']) await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await page.waitForURL(/notice=approved/);
      });
    },
  });
  assert.equal((await tpp.readAuthorization(payment.authorizationId)).status, 'Authorized');
  tpp.close();
});
