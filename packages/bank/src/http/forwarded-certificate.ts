import type { IncomingMessage } from 'node:http';
import { LupaError } from '@lupa/protocol';
import type { PresentedCertificate } from '../ports/certificate-trust.ts';

/** What a proxy says of the certificate its caller showed (RFC 9440 section 2). */
export const CLIENT_CERT = 'client-cert';
export const CLIENT_CERT_CHAIN = 'client-cert-chain';

/** A Byte Sequence (RFC 8941 section 3.3.5) without parameters: base64 with its padding, between colons. */
const BYTE_SEQUENCE = /^:([A-Za-z0-9+/]+={0,2}):$/;

/** The largest QWAC seen has 3 KB; what is longer is none. */
const MAX_CERTIFICATE_CHARACTERS = 12_000;

/** A way of more steps leads to no anchor anyway. */
const MAX_CHAIN = 5;

/** Whether a request carries either header. */
export function hasForwardedCertificate({ headers }: IncomingMessage): boolean {
  return headers[CLIENT_CERT] !== undefined || headers[CLIENT_CERT_CHAIN] !== undefined;
}

/**
 * Reads the client certificate a proxy passes on. Whether the proxy may be believed is for the caller to have asked.
 *
 * @returns undefined when the proxy's own caller showed none
 * @throws LupaError HEADER_INVALID when there are several, or what is there is not exactly as RFC 9440 has it
 */
export function forwardedCertificate(request: IncomingMessage): PresentedCertificate | undefined {
  const certificate = singleLine(request, CLIENT_CERT);
  const chain = singleLine(request, CLIENT_CERT_CHAIN);
  if (certificate === undefined) {
    if (chain !== undefined) throw invalid(CLIENT_CERT_CHAIN, `came without ${CLIENT_CERT}`);
    return undefined;
  }
  return {
    certificate: readByteSequence(CLIENT_CERT, certificate),
    intermediates: chain === undefined ? [] : readChain(chain),
  };
}

function readChain(text: string): Uint8Array[] {
  const members = text.split(',').map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''));
  if (members.length > MAX_CHAIN) throw invalid(CLIENT_CERT_CHAIN, `has more than ${MAX_CHAIN} members`);
  return members.map((member) => readByteSequence(CLIENT_CERT_CHAIN, member));
}

function readByteSequence(name: string, text: string): Uint8Array {
  if (text.length > MAX_CERTIFICATE_CHARACTERS) {
    throw invalid(name, `is longer than ${MAX_CERTIFICATE_CHARACTERS} characters`);
  }
  const base64 = BYTE_SEQUENCE.exec(text)?.[1];
  const bytes = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  // Encoded again it must be the same: Node reads base64 that has bits to spare, or too little padding, without a word.
  if (bytes === undefined || bytes.toString('base64') !== base64) {
    throw invalid(name, 'is not one byte sequence of RFC 8941: base64 between colons');
  }
  return bytes;
}

/** Several lines of one header would be read as one list, of which who knows which member is the proxy's. */
function singleLine({ rawHeaders, headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  const lines = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;
  if (lines !== 1 || typeof value !== 'string') throw invalid(name, 'was sent more than once');
  return value;
}

function invalid(name: string, rule: string): LupaError {
  const violation = { type: 'InvalidValue', path: name, message: `${name} ${rule}` } as const;
  return new LupaError('HEADER_INVALID', { violations: [violation], description: `${violation.message}.` });
}
