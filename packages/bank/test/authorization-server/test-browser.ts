import { request as httpRequest } from 'node:http';

/** What came back, with nothing followed. */
export interface BrowserAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly location: string | undefined;
}

interface Cookie {
  readonly value: string;
  readonly path: string;
  readonly attributes: string;
}

/** As much of a browser as redirects and cookies by path take; it follows nothing by itself. */
export class TestBrowser {
  readonly #origin: string;
  readonly #cookies = new Map<string, Cookie>();
  /** Every `Set-Cookie` it ever got. */
  readonly received: string[] = [];

  constructor(origin: string) {
    this.#origin = origin;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<BrowserAnswer> {
    return this.#send('GET', path, headers);
  }

  post(path: string, fields: Record<string, string>): Promise<BrowserAnswer> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#send('POST', path, headers, new URLSearchParams(fields).toString());
  }

  forgetCookies(): void {
    this.#cookies.clear();
  }

  #send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<BrowserAnswer> {
    const url = new URL(path, this.#origin);
    const cookie = [...this.#cookies]
      .filter(([, each]) => url.pathname === each.path || url.pathname.startsWith(`${each.path.replace(/\/$/, '')}/`))
      .map(([key, each]) => `${key.split(' ')[0]}=${each.value}`)
      .join('; ');
    const options = { method, headers: { ...headers, ...(cookie === '' ? {} : { cookie }) }, agent: false as const };
    return new Promise((resolve, reject) => {
      const sent = httpRequest(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          for (const each of response.headers['set-cookie'] ?? []) this.#keep(each);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
            location: response.headers.location,
          });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  #keep(header: string): void {
    this.received.push(header);
    const [pair = '', ...rest] = header.split(/; ?/);
    const at = pair.indexOf('=');
    const path = rest.find((each) => each.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
    const key = `${pair.slice(0, at)} ${path}`;
    const value = pair.slice(at + 1);
    if (value === '') this.#cookies.delete(key);
    else this.#cookies.set(key, { value, path, attributes: rest.join('; ') });
  }
}
