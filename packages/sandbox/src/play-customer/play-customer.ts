import { PlainBrowser, type Visit } from './plain-browser.ts';
import { type FormField, findAttribute, type PageForm, readForms, readNotice } from './read-forms.ts';

/** What the played customer is told to do. */
export interface CustomerScript {
  /** Where the TPP sends the customer. */
  readonly authorizationUrl: string;
  readonly username: string;
  readonly password: string;
  /** Which second factor to use. Default `keycode`. */
  readonly factor?: 'keycode' | 'mobilekey';
  /** What to do with the payments. Default `approve`. */
  readonly decision?: 'approve' | 'reject' | 'cancel';
  /** The account to debit, as the page's form names it; by default the one the page proposes. */
  readonly account?: string;
  /** The payments to approve, by `paymentId`; by default all that the page has ticked. */
  readonly payments?: readonly string[];
  /** Reads the key of that number; by default from the customer's key card in the sandbox. */
  readonly readKey?: (number: string) => Promise<string>;
  /** Answers on the phone; by default approves the newest request on the customer's simulated phone. */
  readonly answerPhone?: () => Promise<void>;
  /** Told of each step in a few words. */
  readonly onStep?: (step: string) => void;
}

/** The bank did not let the customer through; the message says where and what the page said. */
export class CustomerStopped extends Error {
  override readonly name = 'CustomerStopped';
}

type Stage = 'login' | 'review' | 'key-code' | 'mobile-key';

const PHONE_WAIT_MS = 5_000;
const PHONE_POLL_MS = 100;

/**
 * Plays a customer of the sandbox: goes through the pages of strong customer authentication by plain HTTP forms, with the
 * key card or the simulated phone as second factor.
 *
 * @returns the address at the TPP where the bank sent the customer, not visited
 * @throws CustomerStopped when the bank shows the same step again, or a page that is none
 * @example
 * const callbackUrl = await playCustomer({ authorizationUrl: url, username: 'aino', password: 'aino-salasana' });
 */
export async function playCustomer(script: CustomerScript): Promise<string> {
  const browser = new PlainBrowser(new URL(script.authorizationUrl).origin);
  const seen = new Set<Stage>();
  let visit = await browser.open(script.authorizationUrl);
  while (visit.kind === 'page') {
    const { stage, form } = recogniseStage(visit);
    if (seen.has(stage)) throw stopped(visit, `at the ${stage} page`);
    seen.add(stage);
    const fields = await fillIn(stage, form, visit, browser, script);
    script.onStep?.(describeStep(stage, script));
    visit = await browser.send(visit.url, form.action, fields);
  }
  return visit.url;
}

function recogniseStage(visit: Visit & { kind: 'page' }): { stage: Stage; form: PageForm } {
  const forms = readForms(visit.html).filter(({ method }) => method === 'post');
  const has = (name: string) => forms.find(({ fields }) => fields.some((field) => field.name === name));
  const login = has('password');
  if (login !== undefined) return { stage: 'login', form: login };
  const review = has('payments');
  if (review !== undefined) return { stage: 'review', form: review };
  const keyCode = has('code');
  if (keyCode !== undefined) return { stage: 'key-code', form: keyCode };
  const mobileKey = forms.find(({ buttons }) => buttons.some(({ value }) => value === 'approve'));
  if (mobileKey !== undefined) return { stage: 'mobile-key', form: mobileKey };
  throw stopped(visit, 'at a page that asks for nothing');
}

async function fillIn(
  stage: Stage,
  form: PageForm,
  visit: Visit & { kind: 'page' },
  browser: PlainBrowser,
  script: CustomerScript,
): Promise<URLSearchParams> {
  const { decision = 'approve', factor = 'keycode' } = script;
  switch (stage) {
    case 'login':
      return press(form, 'continue', { username: script.username, password: script.password });
    case 'review':
      if (decision !== 'approve') return press(form, decision, {});
      return press(form, 'continue', {
        factor,
        ...(script.account === undefined ? {} : { account: script.account }),
        ...(script.payments === undefined ? {} : { payments: script.payments }),
      });
    case 'key-code': {
      const number = findAttribute(visit.html, 'data-key-number');
      if (number === undefined) throw stopped(visit, 'at a page that asks for a key code but not for which one');
      const readKey = script.readKey ?? ((asked) => readKeyCard(browser, script.username, asked));
      return press(form, 'approve', { code: await readKey(number) });
    }
    case 'mobile-key':
      await (script.answerPhone?.() ?? approveOnPhone(browser, script.username));
      return press(form, 'approve', {});
  }
}

/** The fields a browser would send: those entered, the others as they stand, and the button. */
function press(form: PageForm, action: string, entered: Record<string, string | readonly string[]>): URLSearchParams {
  const sent = new URLSearchParams();
  for (const field of form.fields) {
    const value = entered[field.name];
    if (value === undefined ? field.isChosen : isEntered(field, value)) {
      sent.append(field.name, isFree(field) && typeof value === 'string' ? value : field.value);
    }
  }
  sent.append('action', action);
  return sent;
}

function isEntered(field: FormField, value: string | readonly string[]): boolean {
  return isFree(field) || (typeof value === 'string' ? field.value === value : value.includes(field.value));
}

/** Whether it takes any value, unlike a check box or a radio button that has its own. */
function isFree(field: FormField): boolean {
  return field.type !== 'checkbox' && field.type !== 'radio';
}

async function readKeyCard(browser: PlainBrowser, username: string, number: string): Promise<string> {
  const card = (await browser.readJson(`/sandbox/key-card/${encodeURIComponent(username)}`)) as {
    keys: Record<string, string>;
  };
  const code = card.keys[number];
  if (code === undefined) throw new CustomerStopped(`The key card of ${username} has no key ${number}.`);
  return code;
}

/** Approves the newest request on the customer's simulated phone. */
async function approveOnPhone(browser: PlainBrowser, username: string): Promise<void> {
  const path = `/sandbox/phone/${encodeURIComponent(username)}`;
  const deadline = Date.now() + PHONE_WAIT_MS;
  for (;;) {
    const { requests } = (await browser.readJson(path)) as { requests: readonly { id: string }[] };
    const [newest] = requests;
    if (newest !== undefined) {
      await browser.send(path, path, new URLSearchParams({ id: newest.id, action: 'approve' }));
      return;
    }
    if (Date.now() > deadline) throw new CustomerStopped(`No request came to the phone of ${username}.`);
    await new Promise((resolve) => setTimeout(resolve, PHONE_POLL_MS));
  }
}

function describeStep(stage: Stage, { decision = 'approve', factor = 'keycode' }: CustomerScript): string {
  switch (stage) {
    case 'login':
      return 'logs in';
    case 'review':
      return decision === 'approve'
        ? `looks at the payments and chooses the ${factor === 'keycode' ? 'key code' : 'mobile key'}`
        : `presses ${decision}`;
    case 'key-code':
      return 'gives the key code and approves';
    case 'mobile-key':
      return 'approves on the phone';
  }
}

function stopped(visit: Visit & { kind: 'page' }, where: string): CustomerStopped {
  return new CustomerStopped(
    `The bank stopped the customer ${where} (HTTP ${visit.status}): ${readNotice(visit.html)}`,
  );
}
