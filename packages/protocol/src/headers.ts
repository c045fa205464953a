/** The names of contract §5's headers, in lower case as Node has them. */
export const HEADERS = {
  apiKey: 'x-api-key',
  jwsSignature: 'x-jws-signature',
  idempotencyKey: 'x-idempotency-key',
  idempotentReplayed: 'idempotent-replayed',
  fapiInteractionId: 'x-fapi-interaction-id',
  fapiCustomerIpAddress: 'x-fapi-customer-ip-address',
  fapiCustomerLastLoggedTime: 'x-fapi-customer-last-logged-time',
  fapiFinancialId: 'x-fapi-financial-id',
  customerUserAgent: 'x-customer-user-agent',
  sessionId: 'x-session-id',
  requestId: 'x-request-id',
  clientCertificate: 'x-client-certificate',
  sandboxScenario: 'x-sandbox-scenario',
} as const;

/** Upper case is a UUID too (RFC 9562 section 4); an interaction id goes back exactly as it came. */
const ANY_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Printable ASCII without spaces, so that it survives every proxy; the length is our own limit. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The preferred form of RFC 7231 section 7.1.1.1; clients of this API also write `UTC` for `GMT`, as the workflow
 * document does.
 */
const HTTP_DATE = /^([A-Z][a-z]{2}), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (?:GMT|UTC)$/;

/** Reads `x-fapi-interaction-id`: a UUID of either case, unchanged, or `undefined` when it is none. */
export function parseFapiInteractionId(text: string): string | undefined {
  return ANY_UUID.test(text) ? text : undefined;
}

/** Reads `x-idempotency-key`: 1–255 printable ASCII characters, or `undefined`. */
export function parseIdempotencyKey(text: string): string | undefined {
  return IDEMPOTENCY_KEY.test(text) ? text : undefined;
}

/**
 * Reads an RFC 7231 date such as `Sun, 10 Sep 2017 19:43:31 UTC`.
 *
 * @returns the instant, or `undefined` when the text is not such a date or names a day that never was
 */
export function parseHttpDate(text: string): Date | undefined {
  const match = HTTP_DATE.exec(text);
  if (match === null) return undefined;
  const [, dayName, day, monthName = '', year, hour, minute, second] = match;
  const month = MONTH_NAMES.indexOf(monthName);
  const date = new Date(Date.UTC(2000, month, Number(day), Number(hour), Number(minute), Number(second)));
  date.setUTCFullYear(Number(year), month, Number(day));
  const isRealDay = month >= 0 && date.getUTCMonth() === month && date.getUTCDate() === Number(day);
  return isRealDay && DAY_NAMES[date.getUTCDay()] === dayName ? date : undefined;
}
