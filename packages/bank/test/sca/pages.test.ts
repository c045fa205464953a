import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { debitCentsOf } from '../../src/domain/payment-debit.ts';
import { answerPhoneRequest } from '../../src/operations/answer-phone-request.ts';
import { unblockCustomer } from '../../src/operations/unblock-customer.ts';
import type { Language } from '../../src/sca/languages.ts';
import { textsIn } from '../../src/sca/texts/texts-in.ts';
import { openSite, SHOP, type Site } from './pages-site.ts';
import { PlainCustomer, readForm, textOf, titleOf } from './plain-customer.ts';
import { LIISA, LIISA_IBAN, LIISA_SAVINGS_IBAN, Walk, wrong } from './sca-parts.ts';

let site: Site;
before(async () => {
  site = await openSite();
});
after(() => site.close());
beforeEach(() => unblockCustomer(site.parts.sca, LIISA.username));

async function atReview(wishes?: Parameters<Site['arrive']>[0]) {
  const arrived = await site.arrive(wishes);
  const customer = await new PlainCustomer(site.app).open(arrived.path);
  await customer.press('continue', LIISA);
  return { ...arrived, customer };
}

async function atFactor(wishes?: Parameters<Site['arrive']>[0], fields: Record<string, string | string[]> = {}) {
  const arrived = await atReview(wishes);
  await arrived.customer.press('continue', fields);
  return arrived;
}

for (const language of ['fi', 'sv', 'en'] as const satisfies readonly Language[]) {
  describe(`in ${language}`, () => {
    const texts = textsIn(language);
    const amount = { fi: '1 234,50 €', sv: '1 234,50 €', en: '1,234.50 €' }[language];

    test('a customer logs in, looks, gives a key code and is sent back approved', async () => {
      const { uid, path, authorizationId } = await site.arrive([{ amountEUR: '1234.50' }], [language]);
      const customer = await new PlainCustomer(site.app).open(path);
      assert.match(customer.html, new RegExp(`<html lang="${language}">`));
      assert.equal(titleOf(customer.html), `${texts.login.heading} – Lupa`);
      assert.ok(textOf(customer.html).includes(texts.login.asks(SHOP)));

      await customer.press('continue', LIISA);
      assert.equal(titleOf(customer.html), `${texts.review.heading(1)} – Lupa`);
      for (const shown of ['Test_Person', 'FI21 1234 5600 0007 85', amount, 'test_payment', SHOP]) {
        assert.ok(textOf(customer.html).includes(shown), `the review shows ${shown}`);
      }

      await customer.press('continue');
      assert.equal(titleOf(customer.html), `${texts.factor.keycodeHeading} – Lupa`);
      for (const shown of ['Test_Person', 'FI21 1234 5600 0007 85', amount, 'FI40 5410 0020 0003 14', SHOP]) {
        assert.ok(textOf(customer.html).includes(shown), `the factor page shows ${shown}`);
      }
      assert.match(customer.html, /data-key-number="\d+"/);

      await customer.press('approve', { code: await site.codeFor(uid) });
      assert.equal(titleOf(customer.html), `${texts.ends.approved.heading} – Lupa`);
      assert.equal(customer.page?.statusCode, 200);
      assert.equal(customer.page?.headers.refresh, `0; url=/oauth/authorize/${uid}`);
      assert.ok(customer.html.includes(`href="/oauth/authorize/${uid}"`));
      assert.deepEqual(site.interactions.results.get(uid), {
        approved: { customerId: site.parts.liisa.customerId },
      });
      assert.equal((await site.parts.statuses(authorizationId)).authorization, 'Authorized');
    });

    test('a wrong password says so in the title, in a box that has the focus, and leads to the field', async () => {
      const { path } = await site.arrive([{}], [language]);
      const customer = await new PlainCustomer(site.app).open(path);
      await customer.press('continue', { username: 'liisa', password: 'wrong' });
      assert.equal(titleOf(customer.html), `${texts.errorPrefix}: ${texts.login.heading} – Lupa`);
      assert.match(customer.html, /role="alert"[^>]*tabindex="-1" autofocus/);
      assert.match(customer.html, /<a href="#username">/);
      assert.ok(textOf(customer.html).includes(texts.notices['wrong-credentials']));
    });
  });
}

describe('the language', () => {
  test('of ui_locales comes before the one the browser accepts', async () => {
    const { path } = await site.arrive([{}], ['de', 'sv-FI', 'en']);
    const customer = await new PlainCustomer(site.app, { 'accept-language': 'en' }).open(path);
    assert.match(customer.html, /<html lang="sv">/);
  });

  test('is what the browser accepts where ui_locales asks for none of ours', async () => {
    const { path } = await site.arrive([{}], ['de']);
    const customer = await new PlainCustomer(site.app, { 'accept-language': 'de, en;q=0.5' }).open(path);
    assert.match(customer.html, /<html lang="en">/);
  });

  test('is switched by a link, and stays so on the next page', async () => {
    const { path } = await site.arrive([{}], ['fi']);
    const customer = await new PlainCustomer(site.app).open(path);
    assert.ok(customer.html.includes(`href="${path}?lang=sv"`));
    await customer.open(`${path}?lang=sv`);
    await customer.press('continue', LIISA);
    assert.match(customer.html, /<html lang="sv">/);
  });

  test('switched on the factor page keeps the number asked for', async () => {
    const { customer, path } = await atFactor();
    const number = /data-key-number="(\d+)"/.exec(customer.html)?.[1];
    await customer.open(`${path}?lang=en`);
    assert.equal(/data-key-number="(\d+)"/.exec(customer.html)?.[1], number);
  });
});

describe('the login page', () => {
  test('shows the test users in the sandbox', async () => {
    const { path } = await site.arrive();
    const customer = await new PlainCustomer(site.app).open(path);
    assert.ok(textOf(customer.html).includes('liisan salasana'));
  });

  test('names the fields for password managers', async () => {
    const { path } = await site.arrive();
    const { html } = await new PlainCustomer(site.app).open(path);
    assert.match(html, /<input id="username" name="username" type="text" autocomplete="username"/);
    assert.match(html, /<input id="password" name="password" type="password" autocomplete="current-password"/);
  });

  test('asks for what was left empty, and that is no attempt', async () => {
    const { path } = await site.arrive();
    const customer = await new PlainCustomer(site.app).open(path);
    for (let press = 0; press < 6; press += 1) await customer.press('continue', { username: '', password: 'x' });
    assert.match(customer.html, /<p class="field-error" id="username-error">/);
    assert.match(customer.html, /aria-invalid="true" aria-describedby="username-error"/);
    await customer.press('continue', { username: 'liisa', password: '' });
    assert.match(customer.html, /<p class="field-error" id="password-error">/);
    await customer.press('continue', LIISA);
    assert.equal(titleOf(customer.html), 'Tarkista maksu – Lupa');
  });
});

describe('the review page', () => {
  const TWO = [{ amountEUR: '10.00' }, { amountEUR: '20.00', count: 3, payee: { iban: LIISA_IBAN, name: 'Itse' } }];

  test('has a ticked box for each payment and says what a recurring one may come to', async () => {
    const { customer, payments } = await atReview(TWO);
    const ids = payments.map(({ paymentId }) => paymentId).toSorted();
    assert.deepEqual([readForm(customer.html).payments].flat().toSorted(), ids);
    const text = textOf(customer.html);
    assert.ok(text.includes('enintään 3 kertaa, 20,00 €'));
    assert.ok(text.includes('Yhteensä enintään 70,00 €'));
  });

  test("offers the customer's own accounts with what is available on them", async () => {
    const { customer } = await atReview();
    assert.match(
      customer.html,
      new RegExp(`<option value="${LIISA_IBAN}" selected>Käyttötili · FI40 5410 .* 2.500,00`),
    );
    assert.match(customer.html, new RegExp(`<option value="${LIISA_SAVINGS_IBAN}">Säästötili`));
  });

  test("preselects the payer's account, and says so when it is not the customer's own", async () => {
    const own = await atReview([{ payer: { iban: LIISA_SAVINGS_IBAN } }]);
    assert.equal(readForm(own.customer.html).account, LIISA_SAVINGS_IBAN);
    assert.doesNotMatch(own.customer.html, /account-foreign/);
    const foreign = await atReview([{ payer: { iban: 'FI9259995020084225' } }]);
    assert.ok(textOf(foreign.customer.html).includes('FI92 5999 5020 0842 25'));
    assert.match(foreign.customer.html, /account-foreign/);
  });

  test('approve means the same as continue', async () => {
    const { customer } = await atReview();
    await customer.press('approve');
    assert.match(customer.html, /data-key-number/);
  });

  test("refuses an account that is not the customer's own", async () => {
    const { customer } = await atReview();
    await customer.press('continue', { account: 'FI9259995020084225' });
    assert.ok(textOf(customer.html).includes('Valitse jokin omista tileistäsi.'));
  });

  test('is shown again from the factor page; sending it asks for a new factor', async () => {
    const { customer, path, payments } = await atFactor(TWO);
    const before = /data-key-number="(\d+)"/.exec(customer.html)?.[1];
    await customer.open(`${path}?step=review`);
    await customer.press('continue', { payments: payments[0].paymentId, account: LIISA_SAVINGS_IBAN });
    assert.notEqual(/data-key-number="(\d+)"/.exec(customer.html)?.[1], before);
    assert.ok(textOf(customer.html).includes('FI73 5410 0020 0004 96'));
    assert.ok(textOf(customer.html).includes('Tämä maksu hylätään Itse, 60,00 €'));
  });
});

describe('the factor page', () => {
  test('shows the total of the ticked payments alone, and the others as rejected', async () => {
    const { customer, payments } = await atReview([{ amountEUR: '10.00' }, { amountEUR: '20.00' }]);
    const ten = payments.find((payment) => debitCentsOf(payment) === 1000);
    await customer.press('continue', { payments: ten?.paymentId ?? '' });
    const text = textOf(customer.html);
    assert.ok(text.includes('Yhteensä 10,00 €'));
    assert.ok(text.includes('Tämä maksu hylätään Test_Person, 20,00 €'));
  });

  test('warns when the account has less than that', async () => {
    const poor = await atFactor([{ amountEUR: '2500.01' }]);
    assert.ok(textOf(poor.customer.html).includes('käytettävissä vain 2 500,00 €'));
    const rich = await atFactor([{ amountEUR: '2500.00' }]);
    assert.equal(textOf(rich.customer.html).includes('käytettävissä vain'), false);
  });

  test('links to the key list and the phone in the sandbox', async () => {
    const { customer } = await atFactor();
    assert.match(customer.html, /href="\/sandbox\/key-card\/liisa" target="_blank" rel="noopener"/);
  });

  test('switches to the mobile key and back, by a form of its own', async () => {
    const { customer } = await atFactor();
    const { token } = readForm(customer.html);
    await customer.send({ token: token ?? '', factor: 'mobilekey', action: 'continue' });
    assert.equal(titleOf(customer.html), 'Vahvista mobiiliavaimella – Lupa');
    assert.match(customer.html, /href="\/sandbox\/phone\/liisa"/);
    const again = readForm(customer.html);
    await customer.send({ token: again.token ?? '', factor: 'keycode', action: 'continue' });
    assert.match(customer.html, /data-key-number/);
  });

  test('a wrong code and an empty one are told apart, but nothing more', async () => {
    const { customer, uid } = await atFactor();
    await customer.press('approve', { code: '' });
    assert.ok(textOf(customer.html).includes('Kirjoita avainluku.'));
    await customer.press('approve', { code: wrong(await site.codeFor(uid)) });
    assert.equal(titleOf(customer.html), 'Virhe: Vahvista avainluvulla – Lupa');
    await customer.press('continue', { code: await site.codeFor(uid) });
    assert.equal(titleOf(customer.html), 'Hyväksytty – Lupa');
  });

  test('waits for the phone, then approves', async () => {
    const { customer, uid } = await atFactor(undefined, { factor: 'mobilekey' });
    await customer.press('approve');
    assert.ok(textOf(customer.html).includes('Et ole vielä hyväksynyt'));
    const id = (await site.parts.sca.store.findSession(uid))?.challenge?.challengeId ?? '';
    assert.equal(await answerPhoneRequest(site.parts.sca, 'liisa', id, 'approve'), 'approved');
    await customer.press('approve');
    assert.equal(titleOf(customer.html), 'Hyväksytty – Lupa');
  });
});

describe('going away', () => {
  const denied = (uid: string) => {
    const result = site.interactions.results.get(uid);
    assert.ok(result && 'denied' in result, 'the TPP is told access_denied');
    assert.match(result.denied, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, 'as RFC 6749 lets an error_description be');
    return result.denied;
  };

  test('cancel on each of the three pages returns the customer, and the bundle waits again', async () => {
    for (const step of [1, 2, 3]) {
      const { uid, path, authorizationId } = await site.arrive();
      const customer = await new PlainCustomer(site.app).open(path);
      if (step > 1) await customer.press('continue', LIISA);
      if (step > 2) await customer.press('continue');
      await customer.press('cancel');
      assert.equal(titleOf(customer.html), 'Keskeytetty – Lupa');
      assert.equal(customer.page?.headers.refresh, `0; url=/oauth/authorize/${uid}`);
      assert.equal(denied(uid), 'The customer cancelled.');
      assert.equal((await site.parts.statuses(authorizationId)).authorization, 'Unauthorized');
    }
  });

  test('reject returns the customer, and the payments are rejected', async () => {
    const { uid, customer, authorizationId } = await atReview();
    await customer.press('reject');
    assert.equal(titleOf(customer.html), 'Hylätty – Lupa');
    assert.equal(denied(uid), 'The customer rejected the payments.');
    assert.equal((await site.parts.statuses(authorizationId)).authorization, 'Rejected');
  });

  test('clearing every tick is the same', async () => {
    const { customer, authorizationId } = await atReview([{}, {}]);
    await customer.press('continue', { payments: [] });
    assert.equal((await site.parts.statuses(authorizationId)).authorization, 'Rejected');
  });

  test('five idle minutes return the customer, who is told first and may stay to read', async () => {
    const { uid, path, customer } = await atFactor();
    site.parts.clock.advance(300_000);
    await customer.press('approve', { code: await site.codeFor(uid) });
    assert.equal(titleOf(customer.html), 'Sinut kirjattiin ulos – Lupa');
    assert.equal(customer.page?.headers.refresh, `20; url=/oauth/authorize/${uid}`);
    assert.match(denied(uid), /five minutes/);
    await customer.open(`${path}?stay=1`);
    assert.equal(customer.page?.headers.refresh, undefined);
  });

  test('five wrong codes return the customer, and the next login too', async () => {
    const { uid, customer } = await atFactor();
    const bad = wrong(await site.codeFor(uid));
    for (let attempt = 1; attempt <= 5; attempt += 1) await customer.press('approve', { code: bad });
    assert.equal(titleOf(customer.html), 'Liian monta epäonnistunutta yritystä – Lupa');
    assert.match(denied(uid), /too many failed attempts/);
    const next = await site.arrive();
    const again = await new PlainCustomer(site.app).open(next.path);
    await again.press('continue', LIISA);
    assert.match(denied(next.uid), /too many failed attempts/);
  });

  test('a bundle open in another session returns the customer with a word about it', async () => {
    const arrived = await site.arrive();
    await (await Walk.open(site.parts, arrived)).logIn();
    const customer = await new PlainCustomer(site.app).open(arrived.path);
    assert.ok(textOf(customer.html).includes('toisessa ikkunassa tai toisella laitteella'));
    assert.match(denied(arrived.uid), /open in another session/);
  });
});
