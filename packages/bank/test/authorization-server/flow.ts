import assert from 'node:assert/strict';
import type { BankUnderTest } from './bank-under-test.ts';
import type { BrowserAnswer } from './test-browser.ts';
import { type Claims, readRedirect, type TestTokens, type TestTpp } from './test-tpp.ts';

/** Sends a browser through an authorization, the customer doing `action`, and stops at the answer for the TPP. */
export async function authorizeAs(
  bank: BankUnderTest,
  tpp: TestTpp,
  claims: Claims,
  action = 'approve',
  browser = tpp.browser(),
): Promise<BrowserAnswer> {
  const sent = await tpp.authorize(claims, browser);
  assert.equal(sent.status, 303, sent.body);
  const next = await actOn(bank, claims, String(sent.location), action, browser);
  return browser.get(next);
}

/** What the SCA pages do: record the customer's decision, here and with the authorization. @returns where they send the browser */
export async function actOn(
  bank: BankUnderTest,
  claims: Claims,
  page: string,
  action: string,
  browser = bank.tppA.browser(),
): Promise<string> {
  const authorizationId = authorizationOf(claims);
  if (action === 'approve') await bank.setStatus(authorizationId, 'Authorized');
  const done = await browser.post(page, { action });
  assert.equal(done.status, 200, done.body);
  return String((JSON.parse(done.body) as { next: string }).next);
}

export function authorizationOf(claims: Claims): string {
  const { userinfo } = claims.claims as { userinfo: { authorizationId: { value: string } } };
  return userinfo.authorizationId.value;
}

/** A code for a new authorization, approved. */
export async function newCode(bank: BankUnderTest, tpp: TestTpp) {
  const claims = tpp.claims(await bank.newAuthorization(tpp));
  const { fields } = readRedirect((await authorizeAs(bank, tpp, claims)).location);
  assert.ok(fields.code, JSON.stringify(fields));
  return { code: fields.code, fields, claims, authorizationId: authorizationOf(claims) };
}

/** The tokens for a new authorization, approved. */
export async function newTokens(bank: BankUnderTest, tpp: TestTpp): Promise<TestTokens & { authorizationId: string }> {
  const { code, authorizationId } = await newCode(bank, tpp);
  return { ...tokensOf(await tpp.redeem(code)), authorizationId };
}

/** The tokens of an answer that must have some. */
export function tokensOf(answer: { status: number; text: string; json: object }): TestTokens {
  assert.equal(answer.status, 200, answer.text);
  return answer.json as TestTokens;
}
