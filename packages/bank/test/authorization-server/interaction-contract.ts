import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenBank } from './bank-under-test.ts';
import { actOn, authorizationOf, authorizeAs, newCode, tokensOf } from './flow.ts';
import { shownToBrowser } from './request-object-contract.ts';
import { readRedirect } from './test-tpp.ts';

/** From the authorization request to the answer at the redirect URI, with the SCA pages between (contract §3). */
export function interactionContract(bank: OpenBank): void {
  const newClaims = async (responseType?: 'code' | 'code id_token') =>
    bank().tppA.claims(await bank().newAuthorization(bank().tppA), responseType);

  describe('the pages', () => {
    test('learn whose request it is, and which languages are wished for', async () => {
      const { tppA } = bank();
      const browser = tppA.browser();
      const claims = { ...(await newClaims()), ui_locales: 'sv-FI fi' };
      const { location } = await tppA.authorize(claims, browser);
      const found = await browser.get(String(location));
      assert.deepEqual(JSON.parse(found.body), {
        uid: String(location).slice('/sca/'.length),
        clientId: tppA.clientId,
        clientName: 'Shop <&> Ab',
        authorizationId: authorizationOf(claims),
        uiLocales: ['sv-FI', 'fi'],
      });
    });

    test('know nothing of a browser that did not begin there, nor of a forged or another interaction’s cookie', async () => {
      const { tppA } = bank();
      const [one, other] = [tppA.browser(), tppA.browser()];
      const page = String((await tppA.authorize(await newClaims(), one)).location);
      const otherPage = String((await tppA.authorize(await newClaims(), other)).location);
      assert.equal((await other.get(page)).status, 404);
      const uid = page.slice('/sca/'.length);
      assert.equal((await tppA.browser().get(page, { cookie: `lupa_interaction=${uid}` })).status, 404);
      const sent = one.received.filter((cookie) => cookie.includes('path=/sca/')).map((cookie) => cookie.split(';')[0]);
      assert.equal((await tppA.browser().get(otherPage, { cookie: sent.join('; ') })).status, 404);
      assert.equal((await tppA.browser().get(page, { cookie: sent.join('; ') })).status, 200);
    });

    test('of two tabs are apart: each answers its own request', async () => {
      const { tppA } = bank();
      const browser = tppA.browser();
      const [first, second] = [await newClaims(), await newClaims()];
      const firstPage = String((await tppA.authorize(first, browser)).location);
      const secondPage = String((await tppA.authorize(second, browser)).location);
      const secondNext = await actOn(bank(), second, secondPage, 'approve', browser);
      const firstNext = await actOn(bank(), first, firstPage, 'no thanks', browser);
      assert.equal(readRedirect((await browser.get(firstNext)).location).fields.error, 'access_denied');
      const told = readRedirect((await browser.get(secondNext)).location);
      assert.equal(told.fields.state, second.state);
      const tokens = tokensOf(await tppA.redeem(String(told.fields.code)));
      assert.equal((await bank().findToken(tokens.access_token))?.authorizationId, authorizationOf(second));
    });

    test('are still known after an hour, and not after two', async () => {
      const { tppA, passSeconds } = bank();
      const browser = tppA.browser();
      const page = String((await tppA.authorize(await newClaims(), browser)).location);
      passSeconds(3660);
      assert.equal((await browser.get(page)).status, 200);
      passSeconds(3600);
      assert.equal((await browser.get(page)).status, 404);
    });
  });

  describe('an approval', () => {
    test('with code goes into the query: code, state, iss', async () => {
      const { tppA, issuer } = bank();
      const claims = await newClaims('code');
      const answer = await authorizeAs(bank(), tppA, claims);
      assert.equal(answer.status, 303);
      const { uri, place, fields } = readRedirect(answer.location);
      assert.deepEqual([uri, place], [tppA.redirectUri, 'query']);
      assert.deepEqual(Object.keys(fields).sort(), ['code', 'iss', 'state']);
      assert.deepEqual([fields.iss, fields.state], [issuer, claims.state]);
      tokensOf(await tppA.redeem(String(fields.code)));
    });

    test('with code id_token goes into the fragment: code, id_token, state, iss', async () => {
      const { issuer } = bank();
      const { fields, claims } = await newCode(bank(), bank().tppA);
      assert.deepEqual(Object.keys(fields).sort(), ['code', 'id_token', 'iss', 'state']);
      assert.deepEqual([fields.iss, fields.state], [issuer, claims.state]);
    });

    test('of one bundle never stands for the next: the same browser is asked again', async () => {
      const { tppA } = bank();
      const browser = tppA.browser();
      await authorizeAs(bank(), tppA, await newClaims(), 'approve', browser);
      const next = await tppA.authorize(await newClaims(), browser);
      assert.match(String(next.location), /^\/sca\//);
      assert.ok(browser.received.every((cookie) => !cookie.startsWith('lupa_session')));
    });

    test('is answered once, however often the browser asks', async () => {
      const { tppA } = bank();
      const claims = await newClaims();
      const browser = tppA.browser();
      const page = String((await tppA.authorize(claims, browser)).location);
      const next = await actOn(bank(), claims, page, 'approve', browser);
      const answers = await Promise.all(Array.from({ length: 10 }, () => browser.get(next)));
      const codes = answers.filter(({ status }) => status === 303);
      assert.equal(codes.length, 1);
      for (const answer of answers) if (answer !== codes[0]) shownToBrowser(answer);
      shownToBrowser(await browser.get(next));
      assert.equal((await browser.get(page)).status, 404);
    });

    test('stands: a second result, or none, changes nothing', async () => {
      const { tppA } = bank();
      const claims = await newClaims();
      const browser = tppA.browser();
      const page = String((await tppA.authorize(claims, browser)).location);
      const next = await actOn(bank(), claims, page, 'approve', browser);
      assert.equal(await actOn(bank(), claims, page, 'changed my mind', browser), next);
      assert.ok(readRedirect((await browser.get(next)).location).fields.code);
    });

    test('is worth nothing to a browser without the cookie, or before it was given', async () => {
      const { tppA } = bank();
      const claims = await newClaims();
      const browser = tppA.browser();
      const page = String((await tppA.authorize(claims, browser)).location);
      const next = await actOn(bank(), claims, page, 'approve', browser);
      shownToBrowser(await tppA.browser().get(next));
      assert.equal((await browser.get(next)).status, 303);
    });

    test('of an authorization revoked meanwhile is told as access_denied', async () => {
      const { tppA, setStatus } = bank();
      const claims = await newClaims();
      const browser = tppA.browser();
      const page = String((await tppA.authorize(claims, browser)).location);
      const next = await actOn(bank(), claims, page, 'approve', browser);
      await setStatus(authorizationOf(claims), 'Revoked');
      const { fields } = readRedirect((await browser.get(next)).location);
      assert.deepEqual([fields.error, fields.state, fields.code], ['access_denied', claims.state, undefined]);
    });
  });

  describe('coming back without a decision', () => {
    test('asks the customer again, and gives no code', async () => {
      const { tppA } = bank();
      const browser = tppA.browser();
      const page = String((await tppA.authorize(await newClaims(), browser)).location);
      const answer = await browser.get(page.replace('/sca/', '/oauth/authorize/'));
      assert.doesNotMatch(String(answer.location), /code=/);
    });
  });

  describe('a denial', () => {
    for (const [responseType, place] of [
      ['code', 'query'],
      ['code id_token', 'fragment'],
    ] as const) {
      test(`with ${responseType} goes into the ${place}: access_denied, its description, state, iss`, async () => {
        const { tppA, issuer } = bank();
        const claims = await newClaims(responseType);
        const answer = await authorizeAs(bank(), tppA, claims, 'the customer cancelled');
        const told = readRedirect(answer.location);
        assert.deepEqual([told.uri, told.place], [tppA.redirectUri, place]);
        assert.deepEqual(told.fields, {
          error: 'access_denied',
          error_description: 'the customer cancelled',
          state: claims.state,
          iss: issuer,
        });
      });
    }
  });
}
