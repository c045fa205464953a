import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import {
  HEADERS,
  LupaError,
  parseFapiInteractionId,
  parseHttpDate,
  parseIdempotencyKey,
  parseSandboxScenario,
  type SandboxScenario,
  type Violation,
} from '@lupa/protocol';

/** Free-text headers are kept with the payment; nobody needs more of them than this (D). */
const MAX_RECORDED_CHARACTERS = 512;

/** Printable ASCII: what a header may carry without harm to a log. */
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Optional headers that are recorded with the payment and the audit trail (contract §5), and what each must look like. */
const RECORDED: readonly { name: string; rule: string; holds: (value: string) => boolean }[] = [
  {
    name: HEADERS.fapiCustomerIpAddress,
    rule: 'is not an IPv4 or IPv6 address',
    holds: (value) => isIP(value) !== 0,
  },
  {
    name: HEADERS.fapiCustomerLastLoggedTime,
    rule: 'is not an HTTP date such as "Sun, 10 Sep 2017 19:43:31 GMT"',
    holds: (value) => parseHttpDate(value) !== undefined,
  },
  ...[HEADERS.customerUserAgent, HEADERS.fapiFinancialId, HEADERS.sessionId, HEADERS.requestId].map((name) => ({
    name,
    rule: `is longer than ${MAX_RECORDED_CHARACTERS} characters or not printable ASCII`,
    holds: (value: string) => value.length <= MAX_RECORDED_CHARACTERS && PRINTABLE.test(value),
  })),
];

/** The header's value when it was sent once; a repeated one reaches us joined by a comma and fails its own rule. */
export function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * What may be wrong with the headers of any call, in the order of contract §5.
 *
 * @param sandbox whether `x-client-certificate` is ignored instead of refused, and `x-sandbox-scenario` taken
 * @throws LupaError NOT_ACCEPTABLE, MEDIA_TYPE or HEADER_INVALID with every malformed header at once
 */
export function checkHeaders(headers: IncomingHttpHeaders, { sandbox }: { sandbox: boolean }): void {
  if (!acceptsJson(headers.accept)) throw new LupaError('NOT_ACCEPTABLE');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw new LupaError('MEDIA_TYPE');
  const violations = [...malformed(headers)];
  if (!sandbox) {
    if (headers[HEADERS.clientCertificate] !== undefined) {
      violations.push(invalid(HEADERS.clientCertificate, 'is not accepted from a caller'));
    }
    if (headers[HEADERS.sandboxScenario] !== undefined) {
      violations.push(invalid(HEADERS.sandboxScenario, 'exists in the sandbox only'));
    }
  }
  if (sandbox && headers[HEADERS.sandboxScenario] !== undefined && sandboxScenario(headers) === undefined) {
    violations.push(invalid(HEADERS.sandboxScenario, 'is not a scenario, or its value is malformed'));
  }
  if (violations.length > 0) throw headerError(violations);
}

/** What the sandbox is asked to play (contract §8). To be asked in the sandbox only: elsewhere `checkHeaders` refuses the header. */
export function sandboxScenario(headers: IncomingHttpHeaders): SandboxScenario | undefined {
  const sent = single(headers, HEADERS.sandboxScenario);
  return sent === undefined ? undefined : parseSandboxScenario(sent);
}

/** The caller's interaction id if it is one (contract §5: echoed in every answer). */
export function interactionId(headers: IncomingHttpHeaders): string | undefined {
  const sent = single(headers, HEADERS.fapiInteractionId);
  return sent === undefined ? undefined : parseFapiInteractionId(sent);
}

/**
 * The idempotency key, required on POST (contract §5).
 *
 * @throws LupaError HEADER_INVALID
 */
export function requireIdempotencyKey(headers: IncomingHttpHeaders): string {
  const sent = single(headers, HEADERS.idempotencyKey);
  const key = sent === undefined ? undefined : parseIdempotencyKey(sent);
  if (key !== undefined) return key;
  const type = sent === undefined ? 'Required' : 'InvalidValue';
  const rule = sent === undefined ? 'is required' : 'is not 1 to 255 printable ASCII characters';
  throw headerError([{ type, path: HEADERS.idempotencyKey, message: `${HEADERS.idempotencyKey} ${rule}` }]);
}

/** The headers that are kept with a payment. */
export function recordedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const { name } of RECORDED) {
    const value = single(headers, name);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function* malformed(headers: IncomingHttpHeaders): Generator<Violation> {
  if (headers[HEADERS.fapiInteractionId] !== undefined && interactionId(headers) === undefined) {
    yield invalid(HEADERS.fapiInteractionId, 'is not a UUID');
  }
  for (const { name, rule, holds } of RECORDED) {
    const value = single(headers, name);
    if (value !== undefined && !holds(value)) yield invalid(name, rule);
  }
}

function headerError(violations: readonly Violation[]): LupaError {
  const description = violations.map((violation) => violation.message).join('; ');
  return new LupaError('HEADER_INVALID', { violations, description: `${description}.` });
}

function invalid(name: string, rule: string): Violation {
  return { type: 'InvalidValue', path: name, message: `${name} ${rule}` };
}

/** RFC 9110 section 12.5.1: the most specific range that matches JSON decides, and weight 0 excludes. */
function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  const weights = new Map<string, number>();
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(range, weight === undefined ? 1 : Number(weight));
  }
  const decisive = ['application/json', 'application/*', '*/*'].find((range) => weights.has(range));
  return decisive !== undefined && weights.get(decisive) !== 0;
}
