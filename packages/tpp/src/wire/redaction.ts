import type { ExchangePurpose, ExchangeRecord } from './exchange-record.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';

const REDACTED = '[redacted]';

/** Form fields that may be seen; every other one of the token endpoint is a secret until it is named here. */
const OPEN_FORM_FIELDS = new Set([
  'grant_type',
  'scope',
  'client_id',
  'redirect_uri',
  'response_type',
  'token_type_hint',
]);

/** Members of token answers that may be seen. */
const OPEN_TOKEN_MEMBERS = new Set(['token_type', 'scope', 'expires_in', 'status', 'error', 'error_description']);

/** Members of a registration, asked for or answered, that are secrets (RFC 7591 section 3.2.1, RFC 7592 section 3; contract §10). */
const SECRET_REGISTRATION_MEMBERS = new Set(['client_secret', 'api_key', 'registration_access_token']);

/** Header and claims of a JWT, then its signature. */
const JWT = /^([\w-]+\.[\w-]+)\.[\w-]+$/;

/** Headers that may be seen; the others show that they are there. */
const OPEN_HEADERS = new Set([
  'accept',
  'allow',
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'date',
  'idempotent-replayed',
  'keep-alive',
  'location',
  'pragma',
  'retry-after',
  'transfer-encoding',
  'vary',
  'www-authenticate',
  'x-customer-user-agent',
  'x-fapi-customer-ip-address',
  'x-fapi-customer-last-logged-time',
  'x-fapi-interaction-id',
  'x-idempotency-key',
  'x-jws-signature',
  'x-request-id',
]);

/** Below this a "secret" would blank out half of every text; no bank gives shorter ones. */
const MIN_SECRET_LENGTH = 8;

/** Replaces every occurrence of the given secrets, also where they are written as in a form, a URL or JSON. */
export function scrub(text: string, secrets: Iterable<string>): string {
  let scrubbed = text;
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET_LENGTH) continue;
    for (const spelling of spellings(secret)) scrubbed = scrubbed.replaceAll(spelling, REDACTED);
  }
  return scrubbed;
}

/** The request and the answer of a record, without their secrets. `secrets` are known ones, to be found wherever they turn up. */
export function redactExchange(
  purpose: ExchangePurpose,
  request: HttpRequest,
  answer: HttpAnswer | undefined,
  knownSecrets: readonly string[],
): Pick<ExchangeRecord, 'request' | 'answer'> {
  const isForm = purpose === 'token' || purpose === 'revocation';
  const isRegistration = purpose === 'registration';
  const requestBody = textOf(request.body);
  const secrets = [...knownSecrets, ...bearerOf(request), ...(isForm ? secretFormValues(requestBody) : [])];
  const redactRequest = isForm ? redactForm : isRegistration ? redactRegistration : asItStands;
  const redactAnswer = isForm ? redactTokenAnswer : isRegistration ? redactRegistration : asItStands;
  return {
    request: {
      method: request.method,
      url: scrub(request.url, secrets),
      headers: redactHeaders(request.headers, secrets),
      ...(request.body === undefined ? {} : { body: scrub(redactRequest(requestBody), secrets) }),
    },
    ...(answer === undefined
      ? {}
      : {
          answer: {
            status: answer.status,
            headers: redactHeaders(answer.headers, secrets),
            body: scrub(redactAnswer(textOf(answer.body)), secrets),
          },
        }),
  };
}

function redactHeaders(headers: Readonly<Record<string, string>>, secrets: readonly string[]): Record<string, string> {
  const seen: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    seen[name] = OPEN_HEADERS.has(name)
      ? scrub(value, secrets)
      : name === 'authorization'
        ? `Bearer ${REDACTED}`
        : REDACTED;
  }
  return seen;
}

function redactForm(body: string): string {
  return [...new URLSearchParams(body)]
    .map(([name, value]) => `${name}=${OPEN_FORM_FIELDS.has(name) ? encodeURIComponent(value) : REDACTED}`)
    .join('&');
}

function redactTokenAnswer(body: string): string {
  return redactMembers(body, redactTokenMember);
}

/** A JWT, whose claims may be seen, or JSON. Without its signature it registers nobody. */
function redactRegistration(body: string): string {
  const signed = JWT.exec(body)?.[1];
  if (signed !== undefined) return `${signed}.${REDACTED}`;
  return redactMembers(body, (name, value) => (SECRET_REGISTRATION_MEMBERS.has(name) ? REDACTED : value));
}

function redactMembers(body: string, redact: (name: string, value: unknown) => unknown): string {
  try {
    const members: unknown = JSON.parse(body);
    if (typeof members !== 'object' || members === null || Array.isArray(members)) return REDACTED;
    return JSON.stringify(
      Object.fromEntries(Object.entries(members).map(([name, value]) => [name, redact(name, value)])),
    );
  } catch {
    // Half an answer may hold half a token.
    return body === '' ? '' : REDACTED;
  }
}

function asItStands(body: string): string {
  return body;
}

/** The claims of an ID token may be seen, its signature not: without it the token proves nothing to anybody. */
function redactTokenMember(name: string, value: unknown): unknown {
  if (OPEN_TOKEN_MEMBERS.has(name)) return value;
  const signed = name === 'id_token' && typeof value === 'string' ? JWT.exec(value)?.[1] : undefined;
  return signed === undefined ? REDACTED : `${signed}.${REDACTED}`;
}

function secretFormValues(body: string): string[] {
  return [...new URLSearchParams(body)].filter(([name]) => !OPEN_FORM_FIELDS.has(name)).map(([, value]) => value);
}

function bearerOf({ headers }: HttpRequest): string[] {
  const { authorization } = headers;
  return authorization === undefined ? [] : [authorization.replace(/^Bearer /, '')];
}

function spellings(secret: string): Set<string> {
  const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
  return new Set([secret, encodeURIComponent(secret), inForm, JSON.stringify(secret).slice(1, -1)]);
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
