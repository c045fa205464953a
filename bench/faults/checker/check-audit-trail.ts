import { createHash } from 'node:crypto';
import type { Story } from './read-history.ts';
import { byText, numberOf, type Row, type StoreSnapshot, textOf } from './store-snapshot.ts';
import { type Violation, violationsOf } from './violation.ts';

/** The trail, hashed anew by the words of docs/decisions/0008-audit-trail.md; and whether it tells of everything. */
export function checkAuditTrail(_story: Story, store: StoreSnapshot): Violation[] {
  const chains = Map.groupBy(store.events, (row) => textOf(row, 'chain_id'));
  const ends = new Map<string, Row>([
    ...byText(store.authorizations, 'authorization_id'),
    ...byText(store.chains, 'chain_id'),
  ]);
  const hashes = new Map(store.events.map((row) => [`${row.chain_id} ${row.sequence}`, textOf(row, 'hash')]));
  return [
    ...violationsOf('every audit event continues the one before it', chains, ([chainId, events]) => {
      const problem = breakOf(chainId, events, ends.get(chainId));
      return problem === undefined ? undefined : { what: `chain ${chainId}: ${problem}` };
    }),
    ...violationsOf('a chain of audit events that began is there', ends, ([chainId, end]) =>
      numberOf(end, 'audit_sequence') > 0 && !chains.has(chainId) ? { what: `chain ${chainId} is gone` } : undefined,
    ),
    ...violationsOf(
      'every seal continues the one before it and covers what is there',
      store.seals.entries(),
      ([at, seal]) => {
        const problem = sealProblem(seal, store.seals[at - 1], store, hashes);
        return problem === undefined ? undefined : { what: `seal ${seal.seal_number}: ${problem}` };
      },
    ),
    ...violationsOf('when the bank has ended, every audit event is sealed', [store.unsealed.length], (waiting) =>
      waiting === 0 ? undefined : { what: `${waiting} events are not` },
    ),
    ...told(
      'payment created',
      'paymentId',
      store.payments.map((row) => textOf(row, 'payment_id')),
      store,
    ),
    ...told('submission booked', 'submissionId', bookedSubmissions(store), store),
  ];
}

function bookedSubmissions({ submissions }: StoreSnapshot): string[] {
  const booked = submissions.filter(({ status }) => status === 'Submitted' || status === 'Credited');
  return booked.map((row) => textOf(row, 'submission_id'));
}

/** Each of the things has one event of that name, and no other thing has. */
function told(event: string, detail: string, ids: readonly string[], { events }: StoreSnapshot): Violation[] {
  const named = events.filter((row) => row.event === event);
  const counts = new Map(
    [...Map.groupBy(named, ({ details }) => String((details as Row)[detail]))].map(([id, rows]) => [id, rows.length]),
  );
  const things = new Set([...ids, ...counts.keys()]);
  const known = new Set(ids);
  return violationsOf(`the audit trail says "${event}" once of each`, things, (id) =>
    counts.get(id) === 1 && known.has(id)
      ? undefined
      : { what: `${id} is ${known.has(id) ? '' : 'not '}there, and has ${counts.get(id) ?? 0} such events` },
  );
}

function breakOf(chainId: string, events: readonly Row[], end: Row | undefined): string | undefined {
  let previous: string | null = null;
  for (const [at, event] of events.entries()) {
    if (event.sequence !== at + 1) return `event ${at + 1} is missing`;
    if (event.previous_hash !== previous) return `event ${at + 1} does not continue the one before it`;
    if (hashOf(chainId, event) !== event.hash) return `event ${at + 1} has another hash than what it says`;
    previous = textOf(event, 'hash');
  }
  // An event about nothing else is a chain of its own, whose end its table of chains holds like any other.
  if (numberOf(end, 'audit_sequence') !== events.length)
    return `it is noted to have ${end?.audit_sequence} events, and has ${events.length}`;
  return end?.audit_hash === previous ? undefined : 'it is noted to end with another hash';
}

function hashOf(chainId: string, event: Row): string {
  const { event_id, at, authorization_id, client_id, request_id, details, sequence } = event;
  const content = ['lupa audit event 1', event_id, at, event.event, authorization_id, client_id, request_id, details];
  const digest = sha256(JSON.stringify(inOrder(content)));
  return sha256(`${chainId} ${sequence} ${event.previous_hash ?? '-'} ${event.customer_id ?? '-'} ${digest}`);
}

/** The members of every object sorted by name, all the way down. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]));
}

function sealProblem(
  seal: Row,
  previous: Row | undefined,
  { heads }: StoreSnapshot,
  hashes: ReadonlyMap<string, string>,
): string | undefined {
  if (seal.seal_number !== numberOf(previous ?? { seal_number: 0 }, 'seal_number') + 1)
    return 'the one before it is missing';
  if (seal.previous_hash !== (previous?.hash ?? null)) return 'it does not continue the one before it';
  const covered = heads.filter((head) => head.seal_number === seal.seal_number).sort(byChain);
  if (covered.length !== seal.head_count) return `it covers ${seal.head_count} chains, and ${covered.length} are there`;
  const root = sha256(covered.map((head) => `${head.chain_id} ${head.sequence} ${head.hash}\n`).join(''));
  if (root !== seal.root) return 'it covers something else';
  const text = `lupa audit seal 1 ${seal.seal_number} ${seal.sealed_at} ${seal.head_count} ${root} ${seal.previous_hash ?? '-'}`;
  if (sha256(text) !== seal.hash) return 'it has another hash than what it says';
  const torn = covered.find((head) => hashes.get(`${head.chain_id} ${head.sequence}`) !== head.hash);
  return torn && `event ${torn.sequence} of chain ${torn.chain_id} is not what it sealed`;
}

function byChain(one: Row, other: Row): number {
  return textOf(one, 'chain_id') < textOf(other, 'chain_id') ? -1 : 1;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
