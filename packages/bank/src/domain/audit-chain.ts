import { hash } from 'node:crypto';

/** What an event says, apart from its place in a chain. Times are ISO 8601 in UTC with milliseconds. */
export interface AuditEntry {
  readonly eventId: string;
  readonly at: string;
  readonly event: string;
  readonly authorizationId: string | undefined;
  readonly clientId: string | undefined;
  readonly customerId: string | undefined;
  readonly requestId: string | undefined;
  readonly details: unknown;
}

/** Where an event stands: behind the one with `previousHash`, or first in its chain. Hashes are 64 hexadecimal digits. */
export interface AuditPlace {
  readonly chainId: string;
  readonly sequence: number;
  readonly previousHash: string | undefined;
}

/** Whose chain an event belongs to. Unrelated events share none, so that none waits for another's. */
export function chainOf(entry: Pick<AuditEntry, 'authorizationId' | 'customerId' | 'eventId'>): string {
  return entry.authorizationId ?? entry.customerId ?? entry.eventId;
}

/**
 * SHA-256 of what the event says, in hexadecimal: over an array with a fixed place for each field, so that no two events have
 * the same bytes. The customer is left to the link: whose token creates a payment, only the database knows while it writes.
 */
export function entryDigest(entry: Omit<AuditEntry, 'customerId'>): string {
  return sha256(entryText(entry));
}

function entryText(entry: Omit<AuditEntry, 'customerId'>): string {
  const { eventId, at, event, authorizationId = null, clientId = null, requestId = null, details } = entry;
  return canonicalJson(['lupa audit event 1', eventId, at, event, authorizationId, clientId, requestId, details]);
}

/** Neither stands in any event: no text of a caller's that is recorded holds a NUL. */
const UNKNOWN_AUTHORIZATION = '\u0000authorizationId';
const UNKNOWN_AMOUNT = '\u0000amountCents';
/**
 * The text that `entryDigest` hashes, in three parts: the authorization's id in quotation marks belongs between the first two, and
 * the member `amountCents` of the details between the last two. For what only the database knows while it writes.
 */
export function entryTextAround(
  entry: Omit<AuditEntry, 'customerId' | 'authorizationId' | 'details'> & { readonly details: object },
): readonly [string, string, string] {
  const text = entryText({
    ...entry,
    authorizationId: UNKNOWN_AUTHORIZATION,
    details: { ...entry.details, amountCents: UNKNOWN_AMOUNT },
  });
  const [before = '', rest = ''] = text.split(JSON.stringify(UNKNOWN_AUTHORIZATION));
  const [between = '', after = ''] = rest.split(JSON.stringify(UNKNOWN_AMOUNT));
  return [before, between, after];
}

/** The event's hash, in hexadecimal. The database computes the same where it alone knows the place: `AUDIT_HASH`. */
export function auditHash(place: AuditPlace, customerId: string | undefined, digest: string): string {
  const { chainId, sequence, previousHash = '-' } = place;
  return sha256(`${chainId} ${sequence} ${previousHash} ${customerId ?? '-'} ${digest}`);
}

/**
 * JSON with the members of every object in one order, as the store gives them back in another than they were written in.
 * Members that are undefined are left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => (isObject(member) ? inOrder(member) : member));
}

function inOrder(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
