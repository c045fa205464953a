/** What the shop answered; headers that are not there are empty. */
export interface ShopAnswer {
  readonly status: number;
  readonly location: string;
  readonly refresh: string;
  readonly body: string;
}

/** One browser in a running shop, by plain HTTP: a cookie, and the CSRF token of the page it saw last. Follows no redirects. */
export class Shopper {
  readonly #shop: string;
  #cookie = '';
  #csrf = '';

  constructor(shop: string) {
    this.#shop = shop;
  }

  get(address: string): Promise<ShopAnswer> {
    return this.#send(address, {});
  }

  async post(address: string, fields: Record<string, string>): Promise<ShopAnswer> {
    // Any page will do: its forms carry the token of the session that this browser has by now.
    await this.get('/');
    return this.send(address, fields);
  }

  /** Posts with the CSRF token of the page seen last. */
  send(address: string, fields: Record<string, string>): Promise<ShopAnswer> {
    return this.#send(address, { method: 'POST', body: new URLSearchParams({ csrf: this.#csrf, ...fields }) });
  }

  /** The address of the order made last. */
  async lastOrder(): Promise<string> {
    const { body } = await this.get('/orders');
    return /href="(\/orders\/[^"]+)"/.exec(body)?.[1] ?? '';
  }

  async #send(address: string, init: RequestInit): Promise<ShopAnswer> {
    const headers = this.#cookie === '' ? {} : { cookie: this.#cookie };
    const response = await fetch(new URL(address, this.#shop), { ...init, headers, redirect: 'manual' });
    const body = await response.text();
    this.#cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie;
    this.#csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? this.#csrf;
    const { headers: answered, status } = response;
    return { status, location: answered.get('location') ?? '', refresh: answered.get('refresh') ?? '', body };
  }
}
