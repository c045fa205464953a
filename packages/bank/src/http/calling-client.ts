import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HEADERS, LupaError } from '@lupa/protocol';
import type { Call } from '../operations/authenticated-call.ts';
import type { Clients } from '../ports/clients.ts';
import { single } from './request-headers.ts';

/** RFC 6750 section 2.1, with room for any token we ever issue. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i;

/** Longer keys are not ours, and hashing them would be work for nothing. */
const MAX_API_KEY_CHARACTERS = 256;

/**
 * Finds who calls: the client of the API key, over the certificate of the connection, with the token's digest. Whether the
 * token is any good is judged together with what the call asks for.
 *
 * @throws LupaError API_KEY_MISSING, API_KEY_UNKNOWN, TOKEN_MISSING, TOKEN_INVALID (contract §5 "Headers of a request", §7)
 */
export async function callingClient(
  clients: Clients,
  headers: IncomingHttpHeaders,
  certificateThumbprint: string,
  requestId: string,
): Promise<Call> {
  const apiKey = single(headers, HEADERS.apiKey);
  if (apiKey === undefined || apiKey === '') throw new LupaError('API_KEY_MISSING');
  if (apiKey.length > MAX_API_KEY_CHARACTERS) throw new LupaError('API_KEY_UNKNOWN');
  const client = await clients.byApiKeyDigest(hash('sha256', apiKey, 'buffer'));
  if (client === undefined) throw new LupaError('API_KEY_UNKNOWN');
  return { client, certificateThumbprint, tokenDigest: tokenDigest(headers), requestId };
}

function tokenDigest(headers: IncomingHttpHeaders): Uint8Array {
  const { authorization } = headers;
  if (authorization === undefined) throw new LupaError('TOKEN_MISSING');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new LupaError('TOKEN_INVALID');
  return hash('sha256', token, 'buffer');
}
