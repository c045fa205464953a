import assert from 'node:assert/strict';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** A customer with a browser that knows no scripts: sends the forms of the page it is at, and keeps cookies. */
export class PlainCustomer {
  readonly #app: FastifyInstance;
  readonly #headers: Readonly<Record<string, string>>;
  readonly cookies = new Map<string, string>();
  /** The answer the browser shows, redirects followed. */
  page: LightMyRequestResponse | undefined;
  /** Its path, without query. */
  #path = '';

  constructor(app: FastifyInstance, headers: Readonly<Record<string, string>> = {}) {
    this.#app = app;
    this.#headers = headers;
  }

  get html(): string {
    assert.ok(this.page, 'a page was opened');
    return this.page.body;
  }

  async open(url: string): Promise<this> {
    return this.#follow(await this.#ask('GET', url));
  }

  /** Presses a button of the page's main form: everything in it is sent as it stands, but for the given fields. */
  async press(action: string, fields: Fields = {}): Promise<this> {
    return this.send({ ...readForm(this.html), ...fields, action });
  }

  /** Sends exactly these fields. */
  async send(fields: Fields, headers: Readonly<Record<string, string>> = {}): Promise<this> {
    return this.#follow(await this.post(fields, headers));
  }

  /** Sends them and does not go on. */
  async post(fields: Fields, headers: Readonly<Record<string, string>> = {}): Promise<LightMyRequestResponse> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) body.append(name, each);
    return this.#ask('POST', this.#path, body.toString(), headers);
  }

  async #follow(answer: LightMyRequestResponse): Promise<this> {
    this.page = answer;
    const { location } = answer.headers;
    return answer.statusCode === 303 && location !== undefined ? this.open(location) : this;
  }

  async #ask(
    method: 'GET' | 'POST',
    url: string,
    payload?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<LightMyRequestResponse> {
    this.#path = new URL(url, 'http://localhost').pathname;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#app.inject({
      method,
      url,
      headers: {
        ...this.#headers,
        ...(cookie !== '' && { cookie }),
        ...(payload !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(payload !== undefined && { payload }),
    });
    for (const { name, value } of answer.cookies) this.cookies.set(name, value);
    return answer;
  }
}

/** The fields of a page's first form, as a browser would send them untouched. */
export function readForm(html: string): Record<string, string | string[]> {
  const form = /<form[^>]*>(.*?)<\/form>/s.exec(html)?.[1] ?? '';
  const fields: Record<string, string[]> = {};
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const type = attribute(tag, 'type');
    if ((type === 'checkbox' || type === 'radio') && !/\schecked/.test(tag)) continue;
    const name = attribute(tag, 'name') ?? '';
    fields[name] = [...(fields[name] ?? []), attribute(tag, 'value') ?? ''];
  }
  const select = /<select[^>]*>.*?<\/select>/s.exec(form)?.[0];
  const chosen = select && (/<option value="([^"]*)" selected/.exec(select) ?? /<option value="([^"]*)"/.exec(select));
  if (select && chosen?.[1] !== undefined) fields[attribute(select, 'name') ?? ''] = [chosen[1]];
  return Object.fromEntries(
    Object.entries(fields).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
}

/** The page's text as a reader hears it. */
export function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');
}

export function titleOf(html: string): string | undefined {
  return /<title>(.*?)<\/title>/.exec(html)?.[1];
}
