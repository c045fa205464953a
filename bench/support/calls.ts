import { createPrivateKey, randomUUID } from 'node:crypto';
import { HEADERS, type JwsSigner } from '@lupa/protocol';
import type { BenchTpp } from './bench-tpp.ts';
import { CREATE_PATH, signedPayment } from './signed-payment.ts';

/** Where the TPP's customers come back to, as it is registered. */
export const REDIRECT_URI = 'http://localhost/callback';

/** Calls of one kind, each of them another one's: as many as there are things to call about, or as asked for. */
export type Calls =
  | { readonly kind: 'create'; readonly count: number; readonly accessTokens: readonly string[] }
  | { readonly kind: 'status'; readonly accessToken: string; readonly paymentIds: readonly string[] }
  | { readonly kind: 'submission'; readonly payments: readonly { paymentId: string; accessToken: string }[] }
  | { readonly kind: 'token'; readonly count: number }
  | { readonly kind: 'refresh'; readonly refreshTokens: readonly string[] }
  | { readonly kind: 'code'; readonly codes: readonly string[] };

/** What each kind of call is answered with when it is granted. */
export const GRANTED: Readonly<Record<Calls['kind'], number>> = {
  create: 201,
  status: 200,
  submission: 200,
  token: 200,
  refresh: 200,
  code: 200,
};

export interface Caller {
  readonly host: string;
  readonly tpp: BenchTpp;
}

const signers = new Map<string, JwsSigner>();

/** Whole HTTP requests as they go over the wire, so that sending one costs a write. */
export function requestsOf(calls: Calls, { host, tpp }: Caller): Buffer[] {
  const { apiKey } = tpp;
  switch (calls.kind) {
    case 'create': {
      const signer = signerOf(tpp);
      return Array.from({ length: calls.count }, (_, place) => {
        const accessToken = calls.accessTokens[place % calls.accessTokens.length] ?? '';
        return signedPayment({ host, accessToken, apiKey, signer });
      });
    }
    case 'status':
      return calls.paymentIds.map((id) =>
        request(`GET ${CREATE_PATH}/${id}`, host, paymentsHeaders(calls.accessToken, apiKey)),
      );
    case 'submission':
      return calls.payments.map(({ paymentId, accessToken }) => {
        const line = `PUT ${CREATE_PATH}/${paymentId}/submissions/${randomUUID()}`;
        return request(line, host, [...paymentsHeaders(accessToken, apiKey), 'content-length: 0']);
      });
    case 'token':
      return Array.from({ length: calls.count }, () =>
        form(host, tpp, { grant_type: 'client_credentials', scope: 'payments' }),
      );
    case 'refresh':
      return calls.refreshTokens.map((token) => form(host, tpp, { grant_type: 'refresh_token', refresh_token: token }));
    case 'code':
      return calls.codes.map((code) =>
        form(host, tpp, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }),
      );
  }
}

function signerOf({ signing }: BenchTpp): JwsSigner {
  const known = signers.get(signing.kid);
  if (known !== undefined) return known;
  const signer: JwsSigner = { key: createPrivateKey(signing.privateKey), kid: signing.kid, alg: 'ES256' };
  signers.set(signing.kid, signer);
  return signer;
}

function paymentsHeaders(accessToken: string, apiKey: string): string[] {
  return [
    `authorization: Bearer ${accessToken}`,
    `${HEADERS.apiKey}: ${apiKey}`,
    `${HEADERS.fapiInteractionId}: ${randomUUID()}`,
  ];
}

function form(host: string, { clientId, clientSecret }: BenchTpp, fields: Record<string, string>): Buffer {
  const body = new URLSearchParams({ ...fields, client_id: clientId, client_secret: clientSecret }).toString();
  const headers = ['content-type: application/x-www-form-urlencoded', `content-length: ${Buffer.byteLength(body)}`];
  return request('POST /oauth/token', host, headers, body);
}

function request(line: string, host: string, headers: readonly string[], body = ''): Buffer {
  return Buffer.from(`${[`${line} HTTP/1.1`, `host: ${host}`, ...headers].join('\r\n')}\r\n\r\n${body}`);
}
