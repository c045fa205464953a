import type { Tpp } from '@lupa/tpp';
import type { FastifyInstance } from 'fastify';
import { buildShop } from '../../src/build-shop.ts';
import { catalogue } from '../../src/catalogue.ts';
import { Sessions } from '../../src/sessions.ts';
import { WireLog } from '../../src/wire/wire-log.ts';
import { REDIRECT_URI, silentBank } from './silent-bank.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly body: string;
}

/** One browser: it keeps the session cookie, and posts forms with the CSRF token of the page it saw last. */
export class Visitor {
  cookie: string | undefined;
  csrf: string | undefined;
  readonly #app: FastifyInstance;

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  get(url: string): Promise<Answer> {
    return this.#send('GET', url);
  }

  async post(url: string, fields: Record<string, string>): Promise<Answer> {
    if (this.csrf === undefined) await this.get('/');
    return this.postRaw(url, new URLSearchParams({ csrf: this.csrf ?? '', ...fields }).toString());
  }

  postRaw(url: string, payload: string): Promise<Answer> {
    return this.#send('POST', url, payload);
  }

  async #send(method: 'GET' | 'POST', url: string, payload?: string): Promise<Answer> {
    const { statusCode, headers, body, cookies } = await this.#app.inject({
      method,
      url,
      headers: {
        ...(this.cookie === undefined ? {} : { cookie: `shop-session=${this.cookie}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    this.cookie = cookies.find(({ name }) => name === 'shop-session')?.value ?? this.cookie;
    this.csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? this.csrf;
    return { status: statusCode, headers, body };
  }
}

/** A shop whose bank cannot be reached, unless it is given one that can. */
export async function openTestShop({
  redirectUri = REDIRECT_URI,
  makerName = 'Savu ja Lumo',
  tpp,
}: {
  redirectUri?: string;
  makerName?: string;
  tpp?: Tpp;
} = {}) {
  const wire = new WireLog();
  const bank = silentBank(wire);
  const log: string[] = [];
  const sessions = new Sessions();
  let lastOrderNumber = 10_000;
  const app = await buildShop({
    catalogue: catalogue(['shop', 'maker']),
    payees: {
      shop: { iban: 'FI1750009400123451', name: 'Tuohi' },
      maker: { iban: 'FI4950009420028730', name: makerName },
    },
    sessions,
    tpp: tpp ?? bank.tpp,
    wire,
    redirectUri,
    nextOrderNumber: () => ++lastOrderNumber,
    log: (line) => log.push(line),
  });
  return { app, sent: bank.sent, log, sessions, visitor: () => new Visitor(app) };
}
