import { randomUUID } from 'node:crypto';
import pg from 'pg';

/**
 * Bugs that the harness plants into its own bank processes, to see that the checker finds them: each changes what the bank's
 * statements say on their way to PostgreSQL. The bank itself has no switch for any of this.
 */
export const PLANTED_BUGS = ['no-idempotency', 'books-twice', 'no-lock', 'forgets'] as const;

export type PlantedBug = (typeof PLANTED_BUGS)[number];

export function isPlantedBug(text: string): text is PlantedBug {
  return PLANTED_BUGS.some((bug) => bug === text);
}

/** A prepared statement as the bank gives it to the driver. */
interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What becomes of a statement: those that are sent in its place, the last of which is answered for. */
type Alteration = (statement: Prepared) => readonly Prepared[];

/** Not always: where there is not money enough for both, the booking must go through in the end. */
const BOOKED_TWICE = 0.3;

const ALTERATIONS: Readonly<Record<PlantedBug, Alteration>> = {
  /** Every request seems to have a key of its own. */
  'no-idempotency': (statement) =>
    /^create-payment/.test(statement.name) ? [withValue(statement, 6, randomUUID())] : [statement],
  /** Now and then what a submission debits is debited a second time. The database's own rule against it is gone. */
  'books-twice': (statement) =>
    statement.name === 'book' && statement.values[6] !== null && Math.random() < BOOKED_TWICE
      ? [again(statement), statement]
      : [statement],
  /** Whoever changes a payment looks at it without keeping others from it. */
  'no-lock': (statement) =>
    /^(?:lock-authorization|lock-payment|submit-at-once)$/.test(statement.name)
      ? [{ ...statement, text: statement.text.replaceAll(/ FOR NO KEY UPDATE(?: OF \w)?/g, '') }]
      : [statement],
  /** Answers before the database has written anything down: what a crash makes of that, a crash must show. */
  forgets: (statement) => [statement],
};

/** What has to be undone in the database for the bug to be possible at all. */
export const WITHOUT_THE_RULE: Readonly<Partial<Record<PlantedBug, string>>> = {
  'books-twice': 'ALTER TABLE bookings DROP CONSTRAINT booked_once CASCADE',
};

/** Settings of the connection that make the bug. */
export function connectionWith(url: string, bug: PlantedBug | undefined): string {
  if (bug !== 'forgets') return url;
  // As text: an address may name several hosts.
  return `${url}?options=${encodeURIComponent('-c synchronous_commit=off')}`;
}

/** Changes, in this process and for good, what every connection to PostgreSQL sends. */
export function plant(bug: PlantedBug): void {
  const alter = ALTERATIONS[bug];
  const query = pg.Client.prototype.query as (...args: readonly unknown[]) => unknown;
  const altered = function (this: pg.Client, first: unknown, ...rest: readonly unknown[]): unknown {
    if (!isPrepared(first)) return Reflect.apply(query, this, [first, ...rest]);
    const sent = alter(first);
    for (const extra of sent.slice(0, -1)) {
      const answer = Reflect.apply(query, this, [extra]);
      if (answer instanceof Promise) answer.catch(() => undefined);
    }
    return Reflect.apply(query, this, [{ ...first, ...sent.at(-1) }, ...rest]);
  };
  Object.defineProperty(pg.Client.prototype, 'query', { value: altered });
}

function isPrepared(first: unknown): first is Prepared {
  return typeof first === 'object' && first !== null && 'name' in first && 'text' in first && 'values' in first;
}

function withValue(statement: Prepared, place: number, value: unknown): Prepared {
  return { ...statement, values: statement.values.with(place, value) };
}

/** The same booking under another id and archive id; it releases nothing, for the reservation is the other one's. */
function again(statement: Prepared): Prepared {
  const values = statement.values.with(0, randomUUID()).with(1, randomUUID()).with(5, 0);
  return { ...statement, values };
}
