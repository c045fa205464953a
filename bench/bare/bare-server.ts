import { constants, createPrivateKey, createPublicKey } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { BenchTpp } from '../support/bench-tpp.ts';
import type { Identity } from '../support/certificates.ts';
import { serveParent } from '../support/child.ts';
import { CREATE_PATH } from '../support/signed-payment.ts';
import { type Bare, type BareAnswer, type BareRequest, nothing } from './bare.ts';
import { bareCreate } from './bare-create.ts';
import { openBareDatabase } from './bare-database.ts';
import { bareStatus } from './bare-status.ts';
import { bareSubmission } from './bare-submission.ts';
import { bareTokens } from './bare-tokens.ts';

/**
 * The limit the bank is measured against: `node:https` and `node:crypto` alone, doing what each call cannot do
 * without — the TLS, the check of the client's signature over the raw body, one prepared statement with the same writes,
 * the signature of the answer where the bank signs — and nothing else: no token, no secret, no rules for fields, no errors worth
 * the name, no logging. It is as fast as we know how to make it (the answer is signed while the database commits where that is
 * possible; signatures are converted without exporting the key), because a slow limit would flatter the bank.
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
  /** The key that signs ID tokens, RSA: PEM. */
  readonly idTokenKey: string;
  /** Whether sessions may be resumed, which the bank never allows. */
  readonly tickets?: boolean;
}

/** As long as the bank's, so that no server closes a connection between two rounds. */
const KEEP_ALIVE_MS = 72_000;

async function startBareServer(options: BareServerOptions): Promise<{ port: number }> {
  const { signing } = options.tpp;
  const bare: Bare = {
    tpp: options.tpp,
    clientKeys: new Map([[signing.kid, createPublicKey(signing.privateKey)]]),
    run: await openBareDatabase(options.databaseUrl),
    responseKey: createPrivateKey(options.responseKey),
    idTokenKey: createPrivateKey(options.idTokenKey),
    issuer: 'http://localhost:8080',
  };
  const noTickets = options.tickets === true ? 0 : constants.SSL_OP_NO_TICKET;
  const server = createServer(
    {
      cert: options.server.certificate,
      key: options.server.privateKey,
      ca: options.authority,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      secureOptions: noTickets | constants.SSL_OP_NO_RENEGOTIATION,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      const { headers, method = '', url = '' } = request;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
        answer(bare, { headers, method, url, body }).then(
          ({ status, headers, bytes }) => response.writeHead(status, headers).end(bytes),
          (error: unknown) => {
            console.error(error);
            response.writeHead(500, { 'content-length': 0 }).end();
          },
        );
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port };
}

function answer(bare: Bare, request: BareRequest): Promise<BareAnswer> {
  const { method, url } = request;
  if (method === 'POST' && url === CREATE_PATH) return bareCreate(bare, request);
  if (method === 'POST' && url === '/oauth/token') return bareTokens(bare, request);
  const [, paymentId = '', , submissionId] = url.slice(CREATE_PATH.length).split('/');
  if (method === 'GET') return bareStatus(bare, request, paymentId);
  if (method === 'PUT' && submissionId !== undefined) return bareSubmission(bare, request, paymentId, submissionId);
  return Promise.resolve(nothing(404));
}

serveParent(startBareServer);
