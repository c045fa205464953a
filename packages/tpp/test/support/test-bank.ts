import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as jose from 'jose';
import { type DiscoverySettings, Tpp, type TppSettings } from '../../src/index.ts';
import { makeCertificates, type TestCertificates } from './test-certificates.ts';
import { TestClock } from './test-clock.ts';

/** What an answer of the test bank is made of. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sends the head and half of the body, then cuts the connection. */
  readonly isCut?: boolean;
  /** Cuts the connection before a byte of an answer. */
  readonly isSilent?: boolean;
  readonly delayMs?: number;
}

/** A request as the test bank got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly form: URLSearchParams;
  readonly clientName: string | undefined;
  readonly remotePort: number | undefined;
}

export type Behaviour = (received: Received) => Reply | Promise<Reply>;

export const CLIENT = {
  clientId: '1ztgnp8NZzUmlmiAdNoC',
  clientSecret: 'WOf1v30GGeJq7MZL6FXs-canary',
  apiKey: 'api-key-canary-5d1b2c',
  redirectUri: 'http://localhost:8181/return',
};

/**
 * A bank for tests: real mutual TLS on one port, keys and discovery on another, its signatures made by jose, which shares nothing with the
 * code under test. What it answers is scripted by each test; it has no opinion of its own.
 */
export class TestBank {
  readonly clock = new TestClock();
  readonly received: Received[] = [];
  readonly certificates: TestCertificates;
  onToken: Behaviour = () => this.clientToken();
  onApi: Behaviour = () => ({ status: 500 });
  onKeys: Behaviour = ({ path }) => json(200, { keys: path === '/id-keys' ? this.idKeys : this.responseKeys });
  onDiscovery: Behaviour = () => json(200, this.metadata());
  idKeys: jose.JWK[] = [];
  responseKeys: jose.JWK[] = [];
  idKey!: jose.CryptoKey;
  responseKey!: jose.CryptoKey;
  issuer = '';
  api = '';
  signingKey = '';
  signingPublicKey!: jose.CryptoKey;
  readonly #servers: Server[] = [];
  #opened: Tpp[] = [];

  constructor(certificates: TestCertificates) {
    this.certificates = certificates;
  }

  static async open(): Promise<TestBank> {
    const bank = new TestBank(makeCertificates());
    await bank.#makeKeys();
    const { ca, server } = bank.certificates;
    const handle = (request: IncomingMessage, response: ServerResponse) => void bank.#handle(request, response);
    const api = createServer({ ...server, ca, requestCert: true, rejectUnauthorized: true }, handle);
    const authorize = createPlainServer(handle);
    bank.#servers.push(api, authorize);
    bank.api = `https://localhost:${await listen(api)}`;
    bank.issuer = `http://localhost:${await listen(authorize)}`;
    return bank;
  }

  async close(): Promise<void> {
    for (const tpp of this.#opened) tpp.close();
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Forgets what earlier tests scripted and sent. */
  reset(): void {
    this.received.length = 0;
    this.clock.slept.length = 0;
    this.onToken = () => this.clientToken();
    this.onApi = () => ({ status: 500 });
    this.onKeys = ({ path }) => json(200, { keys: path === '/id-keys' ? this.idKeys : this.responseKeys });
    this.onDiscovery = () => json(200, this.metadata());
  }

  settings(changes: Partial<TppSettings> = {}): TppSettings {
    const { ca, client } = this.certificates;
    return {
      ...CLIENT,
      tls: { ...client, ca },
      signing: { key: this.signingKey, kid: 'tpp-1', alg: 'ES256' },
      clock: this.clock,
      endpoints: {
        issuer: this.issuer,
        authorize: `${this.issuer}/oauth/authorize`,
        token: `${this.api}/oauth/token`,
        revocation: `${this.api}/oauth/revoke`,
        api: `${this.api}/payments-psd2/v1`,
        idTokenKeys: `${this.issuer}/id-keys`,
        responseKeys: `${this.issuer}/response-keys`,
        audience: this.api,
      },
      ...changes,
    };
  }

  tpp(changes: Partial<TppSettings> = {}): Tpp {
    const tpp = new Tpp(this.settings(changes));
    this.#opened.push(tpp);
    return tpp;
  }

  async discover(changes: Partial<DiscoverySettings> = {}): Promise<Tpp> {
    const { endpoints: _, ...client } = this.settings();
    const tpp = await Tpp.discover({ ...client, bank: this.issuer, ...changes });
    this.#opened.push(tpp);
    return tpp;
  }

  metadata(): Record<string, unknown> {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/oauth/authorize`,
      token_endpoint: `${this.issuer}/oauth/token`,
      jwks_uri: `${this.issuer}/id-keys`,
      mtls_endpoint_aliases: {
        token_endpoint: `${this.api}/oauth/token`,
        revocation_endpoint: `${this.api}/oauth/revoke`,
      },
      authorization_response_iss_parameter_supported: true,
    };
  }

  clientToken(token = 'client-token-canary-1'): Reply {
    return json(200, {
      token_type: 'bearer',
      access_token: token,
      scope: 'payments',
      status: 'approved',
      expires_in: '86399',
    });
  }

  /** A signed JSON answer of the payments API. */
  async signed(status: number, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const bytes = Buffer.from(JSON.stringify(body));
    return {
      status,
      body: bytes,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-request-id': 'request-id-of-header',
        'x-jws-signature': await this.sign(bytes),
        ...headers,
      },
    };
  }

  /** A detached JWS by jose (RFC 7515 appendix F). */
  async sign(
    bytes: Uint8Array,
    key: jose.CryptoKey = this.responseKey,
    header: jose.CompactJWSHeaderParameters = { alg: 'ES256', kid: 'response-1' },
  ): Promise<string> {
    const [head, , signature] = (await new jose.CompactSign(bytes).setProtectedHeader(header).sign(key)).split('.');
    return `${head}..${signature}`;
  }

  /** Requests that reached one path of the API listener. */
  requestsTo(part: string): Received[] {
    return this.received.filter(({ path }) => path.includes(part));
  }

  async newIdKey(kid: string): Promise<jose.CryptoKey> {
    const pair = await jose.generateKeyPair('RS256', { extractable: true });
    this.idKeys.push({ ...(await jose.exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' });
    return pair.privateKey;
  }

  async newResponseKey(kid: string): Promise<jose.CryptoKey> {
    const pair = await jose.generateKeyPair('ES256', { extractable: true });
    this.responseKeys.push({ ...(await jose.exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' });
    return pair.privateKey;
  }

  async #makeKeys(): Promise<void> {
    this.idKey = await this.newIdKey('id-1');
    this.responseKey = await this.newResponseKey('response-1');
    const signing = await jose.generateKeyPair('ES256', { extractable: true });
    this.signingKey = await jose.exportPKCS8(signing.privateKey);
    this.signingPublicKey = signing.publicKey;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const path = request.url ?? '';
    const socket = request.socket;
    const clientName = 'getPeerCertificate' in socket ? peerName(socket) : undefined;
    const { method = '', headers } = request;
    const received = {
      method,
      path,
      headers,
      body,
      form: new URLSearchParams(body.toString()),
      clientName,
      remotePort: socket.remotePort,
    };
    this.received.push(received);
    const reply = await this.#behaviourFor(path)(received);
    if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs).unref());
    send(response, reply);
  }

  #behaviourFor(path: string): Behaviour {
    if (path.startsWith('/oauth/')) return this.onToken;
    if (path.endsWith('-keys') || path.startsWith('/jwks/')) return this.onKeys;
    if (path.includes('/.well-known/')) return this.onDiscovery;
    return this.onApi;
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
}

function send(response: ServerResponse, { status, headers, body = '', isCut, isSilent }: Reply): void {
  if (isSilent === true) return void response.socket?.destroy();
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': bytes.length, ...headers });
  if (isCut !== true) return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
}

function peerName(socket: object): string | undefined {
  const { getPeerCertificate } = socket as { getPeerCertificate(): { subject?: { CN?: string } } };
  return getPeerCertificate.call(socket).subject?.CN;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
