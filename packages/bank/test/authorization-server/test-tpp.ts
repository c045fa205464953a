import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { buildRequestObjectClaims, type ResponseType, signCompactJws } from '@lupa/protocol';
import type { IssuedCertificate } from '../../../../test/support/certificate-authority.ts';
import { type BrowserAnswer, TestBrowser } from './test-browser.ts';

export interface Addresses {
  readonly issuer: string;
  readonly apiBaseUrl: string;
  /** PEM */
  readonly ca: string;
  /** By the bank's clock. */
  readonly nowSeconds: () => number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Empty when the answer is no JSON object. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A whole set of tokens. */
export interface TestTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

export type Claims = Record<string, unknown>;

/** A TPP that knows how to do everything right, and lets each test spoil one thing. */
export class TestTpp {
  readonly #bank: Addresses;
  readonly clientId: string;
  readonly secret = randomBytes(24).toString('base64url');
  readonly certificate: IssuedCertificate;
  readonly redirectUri = 'https://localhost:8181/return';
  readonly redirectUris = [this.redirectUri, 'http://localhost/callback?fixed=1'];
  readonly es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly rs256 = generateKeyPairSync('rsa', { modulusLength: 2048 });

  constructor(bank: Addresses, clientId: string, certificate: IssuedCertificate) {
    this.#bank = bank;
    this.clientId = clientId;
    this.certificate = certificate;
  }

  browser(): TestBrowser {
    return new TestBrowser(this.#bank.issuer);
  }

  /** Posts a form over mutual TLS; fields that are undefined are left out. */
  post(
    path: string,
    fields: Readonly<Record<string, string | undefined>> | string,
    {
      certificate = this.certificate,
      headers = {},
    }: { certificate?: IssuedCertificate; headers?: Record<string, string> } = {},
  ): Promise<ApiAnswer> {
    const { cert, key } = certificate;
    const body = typeof fields === 'string' ? fields : encode(fields);
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
    const tls = { cert, key, ca: this.#bank.ca, servername: 'localhost', agent: false as const };
    const options = { ...tls, method: 'POST', headers: { ...form, ...headers } };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.#bank.apiBaseUrl), options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Calls the token endpoint as the client it is. */
  token(
    fields: Readonly<Record<string, string | undefined>>,
    options?: Parameters<TestTpp['post']>[2],
  ): Promise<ApiAnswer> {
    return this.post('/oauth/token', { client_id: this.clientId, client_secret: this.secret, ...fields }, options);
  }

  redeem(code: string, changes: Readonly<Record<string, string | undefined>> = {}): Promise<ApiAnswer> {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: this.redirectUri, ...changes });
  }

  refresh(refreshToken: string, changes: Readonly<Record<string, string | undefined>> = {}): Promise<ApiAnswer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...changes });
  }

  introspect(token: string): Promise<ApiAnswer> {
    const fields = { client_id: this.clientId, client_secret: this.secret, token };
    return this.post('/oauth/introspect', fields);
  }

  claims(authorizationId: string, responseType: ResponseType = 'code id_token'): Claims {
    const built = buildRequestObjectClaims({
      clientId: this.clientId,
      audience: this.#bank.issuer,
      redirectUri: this.redirectUri,
      responseType,
      authorizationId,
      state: randomBytes(12).toString('base64url'),
      nonce: randomUUID(),
      issuedAtSeconds: this.#bank.nowSeconds(),
    });
    return { ...built };
  }

  sign(claims: unknown, alg: 'ES256' | 'RS256' | 'PS256' = 'ES256'): string {
    const payload = Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims));
    return alg === 'ES256'
      ? signCompactJws(payload, { key: this.es256.privateKey, kid: 'es', alg })
      : signCompactJws(payload, { key: this.rs256.privateKey, kid: 'rs', alg, typ: 'JWT' });
  }

  /** The fields that go with a request object (contract §3). */
  fields(claims: Claims, request = this.sign(claims)): Record<string, string> {
    const { response_type, client_id, scope } = claims;
    return { request, response_type: String(response_type), client_id: String(client_id), scope: String(scope) };
  }

  authorizePath(fields: Record<string, string>): string {
    return `/oauth/authorize?${new URLSearchParams(fields)}`;
  }

  /** Sends a browser to the bank; it stays where the bank sends it first. */
  authorize(claims: Claims, browser = this.browser()): Promise<BrowserAnswer> {
    return browser.get(this.authorizePath(this.fields(claims)));
  }
}

/** What an answer to a redirect URI says, wherever it says it. */
export function readRedirect(location: string | undefined): {
  readonly uri: string;
  readonly place: 'query' | 'fragment';
  readonly fields: Readonly<Record<string, string>>;
} {
  const url = new URL(location ?? '');
  const place = url.hash === '' ? 'query' : 'fragment';
  const fields = Object.fromEntries(place === 'query' ? url.searchParams : new URLSearchParams(url.hash.slice(1)));
  return { uri: `${url.origin}${url.pathname}`, place, fields };
}

function encode(fields: Readonly<Record<string, string | undefined>>): string {
  const present = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(present).toString();
}

function parse(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}
