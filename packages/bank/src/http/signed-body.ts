import type { IncomingHttpHeaders } from 'node:http';
import {
  HEADERS,
  LupaError,
  type ParsedForeignPayment,
  type ParsedSepaPayment,
  parseDetachedJws,
  parseForeignPaymentRequest,
  parseSepaPaymentRequest,
  parseStrictJson,
  verifyParsedDetached,
} from '@lupa/protocol';
import { findSignersKey } from '../operations/find-signers-key.ts';
import type { ClientKeys } from '../ports/client-keys.ts';
import type { Client } from '../ports/clients.ts';
import type { ExchangeRates } from '../ports/exchange-rates.ts';
import { single } from './request-headers.ts';

/** When a body must be signed: always, or (as before June 2020) only if the caller chose to (contract §5). */
export type SignaturePolicy = 'required' | 'optional';

/** What verifying the signatures of bodies takes. */
export interface SignedBodies {
  readonly signatures: SignaturePolicy;
  readonly clientKeys: ClientKeys;
}

/**
 * Verifies the detached JWS over the bytes received, with a key that may sign for the client (contract §5).
 *
 * @throws LupaError SIGNATURE_MISSING, SIGNATURE_MALFORMED, SIGNATURE_KEY_UNKNOWN, SIGNATURE_WRONG
 */
export async function verifySignedBody(
  { signatures, clientKeys }: SignedBodies,
  { client, headers, body }: { client: Client; headers: IncomingHttpHeaders; body: Uint8Array },
): Promise<void> {
  const signature = single(headers, HEADERS.jwsSignature);
  if (signature === undefined) {
    if (signatures === 'required') throw new LupaError('SIGNATURE_MISSING');
    return;
  }
  const jws = parseDetachedJws(signature);
  verifyParsedDetached(jws, body, await findSignersKey(clientKeys, client, jws.header));
}

/** Whether the caller signed the body; a signature that is there was verified. */
export function isSigned(headers: IncomingHttpHeaders): boolean {
  return single(headers, HEADERS.jwsSignature) !== undefined;
}

/**
 * Reads the body of `POST /foreign-payments`.
 *
 * @throws LupaError BODY_NOT_JSON; BODY_INVALID with every violation in the order of the fields
 */
export function readForeignPayment(
  body: Uint8Array,
  { bankCodes, exchangeRates }: { bankCodes: readonly string[]; exchangeRates: ExchangeRates },
): ParsedForeignPayment {
  const exchanges = (currency: string) => exchangeRates.unitsPerEuro(currency) !== undefined;
  const read = parseForeignPaymentRequest(parseStrictJson(body), { bankCodes, exchanges });
  if ('violations' in read) throw new LupaError('BODY_INVALID', { violations: read.violations });
  return read.request;
}

/**
 * Reads the body of `POST /sepa-payments`.
 *
 * @throws LupaError BODY_NOT_JSON; BODY_INVALID with every violation in the order of the fields
 */
export function readSepaPayment(body: Uint8Array, bankCodes: readonly string[]): ParsedSepaPayment {
  const read = parseSepaPaymentRequest(parseStrictJson(body), { bankCodes });
  if ('violations' in read) throw new LupaError('BODY_INVALID', { violations: read.violations });
  return read.request;
}
