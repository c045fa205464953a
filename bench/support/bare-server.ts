import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { derFromJws, jwsFromDer } from '../../packages/protocol/src/jws/ecdsa-signature.ts';
import { type BareInserts, openBareInserts } from './bare-inserts.ts';
import type { BenchTpp } from './bench-tpp.ts';
import type { Identity } from './certificates.ts';
import { serveParent } from './child.ts';
import { CREATE_PATH } from './signed-payment.ts';

/**
 * The limit the bank is measured against: `node:https` and `node:crypto` alone, doing what creating a payment cannot do
 * without — the TLS, the check of the client's signature over the raw body, one prepared statement with the same inserts,
 * the signature of the answer — and nothing else: no token, no rules for fields, no errors worth the name, no logging.
 * It is as fast as we know how to make it (the answer is signed while the database commits; signatures are converted
 * without exporting the key), because a slow limit would flatter the bank.
 */
export interface BareServerOptions {
  readonly databaseUrl: string;
  readonly tpp: BenchTpp;
  readonly authority: string;
  /** The bank follows it; DER in base64. */
  readonly revocationList: string;
  readonly server: Identity;
  /** The key that signs the answers: PEM. */
  readonly responseKey: string;
}

interface Bare {
  readonly clientId: string;
  readonly clientKeys: ReadonlyMap<string, KeyObject>;
  readonly inserts: BareInserts;
  readonly responseKey: KeyObject;
}

/** Of the same size as the bank's own. */
const RESPONSE_HEADER = Buffer.from(JSON.stringify({ kid: 'bench-response', alg: 'ES256' })).toString('base64url');

/** As long as Fastify's, so that no server closes a connection between two rounds. */
const KEEP_ALIVE_MS = 72_000;

async function startBareServer(options: BareServerOptions): Promise<{ port: number }> {
  const { clientId, signing } = options.tpp;
  const bare: Bare = {
    clientId,
    clientKeys: new Map([[signing.kid, createPublicKey(signing.privateKey)]]),
    inserts: await openBareInserts(options.databaseUrl),
    responseKey: createPrivateKey(options.responseKey),
  };
  const server = createServer(
    {
      cert: options.server.certificate,
      key: options.server.privateKey,
      ca: options.authority,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
        createPayment(bare, request, response, body).catch((error: unknown) => {
          console.error(error);
          response.writeHead(500).end();
        });
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port };
}

async function createPayment(
  bare: Bare,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<void> {
  const { headers, method, url } = request;
  const [signature, idempotencyKey] = [headers['x-jws-signature'], headers['x-idempotency-key']];
  if (method !== 'POST' || url !== CREATE_PATH || typeof signature !== 'string' || typeof idempotencyKey !== 'string') {
    response.writeHead(404, { 'content-length': 0 }).end();
    return;
  }
  if (!isSignedBy(bare.clientKeys, signature, body)) {
    response.writeHead(400, { 'content-length': 0 }).end();
    return;
  }
  const { amountEUR, ...asked } = JSON.parse(body.toString());
  const now = new Date();
  const [paymentId, authorizationId, requestId] = [uuidV7(now), uuidV7(now), uuidV7(now)];
  const stored = bare.inserts.insertPayment({
    ...{ paymentId, authorizationId, requestId, idempotencyKey, now, eventId: uuidV7(now), clientId: bare.clientId },
    amountCents: Math.round(Number(amountEUR) * 100),
    request: asked,
    requestDigest: createHash('sha256').update(`${method} ${url}\n`).update(body).digest(),
  });
  const at = now.toISOString();
  const defaults = { status: 'Unauthorized', detailsOfCharges: 'SHA', paymentOrder: 'SEPA', count: 1 };
  const answer = { paymentId, authorizationId, ...defaults, created: at, modified: at, paymentType: 'SepaPayment' };
  const bytes = Buffer.from(JSON.stringify({ ...answer, ...asked, amountEUR }));
  const answerHeaders = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-fapi-interaction-id': headers['x-fapi-interaction-id'] ?? requestId,
    'x-request-id': requestId,
    'x-jws-signature': signDetached(bare.responseKey, bytes),
    location: `${CREATE_PATH}/${paymentId}`,
  };
  await stored;
  response.writeHead(201, answerHeaders).end(bytes);
}

/** Checks the detached JWS over the bytes received: algorithm, key and signature. */
function isSignedBy(keys: ReadonlyMap<string, KeyObject>, detached: string, body: Buffer): boolean {
  const [header = '', signature = ''] = detached.split('..');
  const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
  const key = keys.get(kid);
  const bytes = Buffer.from(signature, 'base64url');
  if (alg !== 'ES256' || key === undefined || bytes.length !== 64) return false;
  return verify('sha256', signingInput(header, body), key, derFromJws(bytes));
}

function signDetached(key: KeyObject, body: Buffer): string {
  const signature = jwsFromDer(sign('sha256', signingInput(RESPONSE_HEADER, body), key));
  return `${RESPONSE_HEADER}..${signature.toString('base64url')}`;
}

function signingInput(header: string, body: Buffer): Buffer {
  return Buffer.from(`${header}.${body.toString('base64url')}`, 'latin1');
}

/** RFC 9562 section 5.7, like the bank's own ids: indexes grow at one end. */
function uuidV7(now: Date): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

serveParent(startBareServer);
