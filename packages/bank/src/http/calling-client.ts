import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HEADERS, LupaError } from '@lupa/protocol';
import { type Call, requireTokenAlone, type TokenJudge } from '../operations/authenticated-call.ts';
import type { KnownCertificate } from '../ports/certificate-trust.ts';
import type { Clients } from '../ports/clients.ts';
import { organisationRefusal } from './certificate-guard.ts';
import { single } from './request-headers.ts';

/** RFC 6750 section 2.1, with room for any token we ever issue. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i;

/** Longer keys are not ours, and hashing them would be work for nothing. */
const MAX_API_KEY_CHARACTERS = 256;

/**
 * Finds who calls: the client of the API key, with a certificate of its own organisation, and the token's digest. Whether the
 * token is any good, and bound to this very certificate, is judged together with what the call asks for; but where the
 * organisation differs, at once, for a token or API key of somebody else is told before it (contract §7).
 *
 * @param certificate that was let in
 * @throws LupaError API_KEY_MISSING, API_KEY_UNKNOWN, TOKEN_MISSING, TOKEN_INVALID, API_KEY_FOREIGN, ROLE_MISSING,
 * CERTIFICATE_REFUSED (contract §5 "Headers of a request", §7)
 */
export async function callingClient(
  { clients, judge }: { clients: Clients; judge: TokenJudge },
  headers: IncomingHttpHeaders,
  certificate: KnownCertificate,
  requestId: string,
): Promise<Call> {
  const apiKey = single(headers, HEADERS.apiKey);
  if (apiKey === undefined || apiKey === '') throw new LupaError('API_KEY_MISSING');
  if (apiKey.length > MAX_API_KEY_CHARACTERS) throw new LupaError('API_KEY_UNKNOWN');
  const client = await clients.byApiKeyDigest(hash('sha256', apiKey, 'buffer'));
  if (client === undefined) throw new LupaError('API_KEY_UNKNOWN');
  const certificateThumbprint = certificate.thumbprint;
  const call: Call = { client, certificateThumbprint, tokenDigest: tokenDigest(headers), requestId };
  const refusal = organisationRefusal(certificate, client);
  if (refusal !== undefined) {
    await requireTokenAlone(judge, call, 'read a payment');
    throw refusal;
  }
  return call;
}

function tokenDigest(headers: IncomingHttpHeaders): Uint8Array {
  const { authorization } = headers;
  if (authorization === undefined) throw new LupaError('TOKEN_MISSING');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new LupaError('TOKEN_INVALID');
  return hash('sha256', token, 'buffer');
}
