import { CookieJar } from './cookie-jar.ts';

/** Where a browser is: on one of the bank's pages, or sent on to somebody else's address. */
export type Visit =
  | { readonly kind: 'page'; readonly url: string; readonly status: number; readonly html: string }
  | { readonly kind: 'left'; readonly url: string };

const MAX_REDIRECTS = 20;
const TIMEOUT_MS = 30_000;

/** A browser without scripts or styles that stays on one origin: it keeps cookies and follows redirects and refreshes. */
export class PlainBrowser {
  readonly #origin: string;
  readonly #cookies = new CookieJar();

  constructor(origin: string) {
    this.#origin = origin;
  }

  open(url: string): Promise<Visit> {
    return this.#follow(new URL(url, this.#origin), undefined);
  }

  /** Sends a form of the page at `pageUrl`. */
  send(pageUrl: string, action: string, fields: URLSearchParams): Promise<Visit> {
    const page = new URL(pageUrl, this.#origin);
    return this.#follow(action === '' ? page : new URL(action, page), fields);
  }

  /** Asks for JSON, with the cookies of this browser. */
  async readJson(path: string): Promise<unknown> {
    const answer = await this.#ask(new URL(path, this.#origin), undefined, 'application/json');
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return answer.json();
  }

  async #follow(start: URL, form: URLSearchParams | undefined): Promise<Visit> {
    let url = start;
    let body = form;
    for (let hop = 0; hop < MAX_REDIRECTS; hop += 1) {
      if (url.origin !== this.#origin) return { kind: 'left', url: url.href };
      const answer = await this.#ask(url, body, 'text/html');
      const next = nextAddress(answer);
      if (next === undefined) return { kind: 'page', url: url.href, status: answer.status, html: await answer.text() };
      await answer.body?.cancel();
      url = new URL(next, url);
      body = answer.status === 307 || answer.status === 308 ? body : undefined;
    }
    throw new Error(`${this.#origin} redirected more than ${MAX_REDIRECTS} times`);
  }

  async #ask(url: URL, body: URLSearchParams | undefined, accept: string): Promise<Response> {
    const cookie = this.#cookies.header(url.pathname);
    const answer = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept,
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { origin: this.#origin }),
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
    this.#cookies.take(answer.headers.getSetCookie(), url.pathname);
    return answer;
  }
}

function nextAddress(answer: Response): string | undefined {
  if (answer.status >= 300 && answer.status < 400) return answer.headers.get('location') ?? undefined;
  // A page that refreshes after a while is there to be read first.
  return /^\s*0+\s*;\s*url=\s*"?([^"]+?)"?\s*$/i.exec(answer.headers.get('refresh') ?? '')?.[1];
}
