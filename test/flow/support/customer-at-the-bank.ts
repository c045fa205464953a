import assert from 'node:assert/strict';
import { PlainBrowser, type Visit } from '../../../packages/sandbox/src/play-customer/plain-browser.ts';
import { readForms } from '../../../packages/sandbox/src/play-customer/read-forms.ts';

/** A customer who has begun and stands on a page of the bank. */
export class CustomerAtTheBank {
  readonly #browser: PlainBrowser;
  #visit: Visit;

  private constructor(browser: PlainBrowser, visit: Visit) {
    this.#browser = browser;
    this.#visit = visit;
  }

  /** Opens the bank's login page. */
  static async open(authorizationUrl: string): Promise<CustomerAtTheBank> {
    const browser = new PlainBrowser(new URL(authorizationUrl).origin);
    return new CustomerAtTheBank(browser, await browser.open(authorizationUrl));
  }

  /** Presses a button of the page's first form, with these fields entered. @returns where the customer is then */
  async press(action: string, entered: Readonly<Record<string, string>> = {}): Promise<string> {
    const visit = this.#visit;
    assert.ok(visit.kind === 'page', `the customer has left to ${visit.url}`);
    const form = readForms(visit.html).find(({ method }) => method === 'post');
    assert.ok(form, 'the page has no form');
    const fields = new URLSearchParams({ ...entered, action });
    for (const { name, value, isChosen } of form.fields) {
      if (isChosen && !(name in entered)) fields.append(name, value);
    }
    this.#visit = await this.#browser.send(visit.url, form.action, fields);
    return this.#visit.url;
  }

  logIn(username: string): Promise<string> {
    return this.press('continue', { username, password: `${username}-salasana` });
  }
}
