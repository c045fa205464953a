import { createPrivateKey, hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BankSettings, openBank } from '@lupa/bank';
import { asClientId } from '@lupa/protocol';
import type { BareServerOptions } from '../bare/bare-server.ts';
import type { BenchTpp } from './bench-tpp.ts';
import { REDIRECT_URI } from './calls.ts';
import { jwkSetOf } from './certificates.ts';
import { serveParent } from './child.ts';

/** What the bank is told: the same as the bare server, and where to listen. */
export interface BankProcessOptions extends BareServerOptions {
  readonly apiPort: number;
  readonly authorizePort: number;
  readonly backgroundWork: NonNullable<BankSettings['backgroundWork']>;
}

/** The bank as it is delivered, in a process of its own, with one registered TPP. */
async function startBank(options: BankProcessOptions): Promise<{ port: number }> {
  const { apiPort, authorizePort, databaseUrl, server, backgroundWork } = options;
  const [host, issuer] = ['127.0.0.1', `http://localhost:${authorizePort}`];
  const bank = await openBank({
    store: { kind: 'postgres', url: databaseUrl },
    api: { host, port: apiPort, url: `https://localhost:${apiPort}`, ...server, trustedIssuers: options.authority },
    authorize: { host, port: authorizePort, url: issuer },
    audiences: [],
    keys: {
      responseSigning: [{ kid: 'bench-response', alg: 'ES256', privateKey: createPrivateKey(options.responseKey) }],
      idTokens: [{ kid: 'bench-id-tokens', alg: 'RS256', privateKey: createPrivateKey(options.idTokenKey) }],
      cookieKeys: [randomBytes(32).toString('base64url')],
    },
    factorSecret: randomBytes(32).toString('base64url'),
    bankCodes: ['5'],
    backgroundWork,
    revocation: { lists: [{ url: await serveRevocationList(options.revocationList) }] },
  });
  await bank.administration.registerClient(registration(options.tpp));
  return { port: apiPort };
}

/** @returns where; it is served for as long as the process lives */
async function serveRevocationList(list: string): Promise<string> {
  const server = createServer((_request, response) => response.end(Buffer.from(list, 'base64'))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ca.crl`;
}

function registration({ clientId, clientSecret, apiKey, certificateThumbprint, signing }: BenchTpp) {
  return {
    clientId: asClientId(clientId),
    clientName: 'Bench',
    organisationId: 'FI-FINFSA-1234567-1',
    secretDigest: hash('sha256', clientSecret, 'buffer'),
    apiKeyDigest: hash('sha256', apiKey, 'buffer'),
    certificateThumbprint,
    roles: ['PIS'],
    redirectUris: [REDIRECT_URI],
    jwks: jwkSetOf(signing, signing.kid),
  };
}

serveParent(startBank);
