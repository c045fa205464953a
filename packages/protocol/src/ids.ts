/**
 * The identifiers of the wire as types of their own, so that no function can be handed a payment's id where it wants an
 * authorization's. `parse…` reads what a stranger sent; `as…` marks what we made or stored ourselves, and fails loudly.
 */

declare const kind: unique symbol;
type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** A payment, for its whole life (contract §5). A canonical UUID. */
export type PaymentId = Id<'PaymentId'>;
/** A bundle of payments that one authentication approves (contract §5). A canonical UUID. */
export type AuthorizationId = Id<'AuthorizationId'>;
/** A registered TPP's client application. */
export type ClientId = Id<'ClientId'>;
/** A customer of the bank. */
export type CustomerId = Id<'CustomerId'>;
/** The TPP's own name for one submission, unique within its payment (contract §5). */
export type SubmissionId = Id<'SubmissionId'>;

const CANONICAL_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The RFC 3986 unreserved characters: such an id is the same in a path, a query and a log. The length is our own
 * limit.
 */
const UNRESERVED_NAME = /^[A-Za-z0-9._~-]{1,64}$/;

/** A path segment of dots alone is resolved away by URL parsers, so it could never be asked for again. */
const DOT_SEGMENT = /^\.{1,2}$/;

/**
 * Reads a UUID in its one canonical spelling: lower case, 8-4-4-4-12 (RFC 9562 section 4).
 *
 * @returns the text itself, or `undefined` for any other spelling
 */
export function parseUuid(text: string): string | undefined {
  return CANONICAL_UUID.test(text) ? text : undefined;
}

/** Reads a payment's id as a TPP sent it; `undefined` when it cannot be one. */
export function parsePaymentId(text: string): PaymentId | undefined {
  return parseUuid(text) as PaymentId | undefined;
}

/** Reads an authorization's id as a TPP sent it; `undefined` when it cannot be one. */
export function parseAuthorizationId(text: string): AuthorizationId | undefined {
  return parseUuid(text) as AuthorizationId | undefined;
}

/** Reads a client's id as a caller sent it; `undefined` when it cannot be one. */
export function parseClientId(text: string): ClientId | undefined {
  return isUnreservedName(text) ? (text as ClientId) : undefined;
}

/**
 * Reads the TPP's own submission id: 1–64 characters of `A–Z a–z 0–9 . _ ~ -`, not `.` or `..`.
 *
 * @returns the id, or `undefined` when it is not one
 */
export function parseSubmissionId(text: string): SubmissionId | undefined {
  return isUnreservedName(text) ? (text as SubmissionId) : undefined;
}

/**
 * Marks a UUID of ours as a payment's id. @throws TypeError when it is not a canonical UUID: that is our own mistake
 */
export function asPaymentId(text: string): PaymentId {
  return ownUuid(text, 'PaymentId') as PaymentId;
}

/** Marks a UUID of ours as an authorization's id. @throws TypeError when it is not a canonical UUID */
export function asAuthorizationId(text: string): AuthorizationId {
  return ownUuid(text, 'AuthorizationId') as AuthorizationId;
}

/** Marks a stored text as a client's id. @throws TypeError when it is not 1–64 unreserved characters */
export function asClientId(text: string): ClientId {
  return ownName(text, 'ClientId') as ClientId;
}

/** Marks a stored text as a customer's id. @throws TypeError when it is not 1–64 unreserved characters */
export function asCustomerId(text: string): CustomerId {
  return ownName(text, 'CustomerId') as CustomerId;
}

/** Marks a stored text as a submission's id. @throws TypeError when it is not 1–64 unreserved characters */
export function asSubmissionId(text: string): SubmissionId {
  return ownName(text, 'SubmissionId') as SubmissionId;
}

function isUnreservedName(text: string): boolean {
  return UNRESERVED_NAME.test(text) && !DOT_SEGMENT.test(text);
}

function ownUuid(text: string, name: string): string {
  if (!CANONICAL_UUID.test(text)) throw new TypeError(`${name} must be a canonical UUID`);
  return text;
}

function ownName(text: string, name: string): string {
  if (!isUnreservedName(text)) throw new TypeError(`${name} must be 1 to 64 unreserved characters`);
  return text;
}
