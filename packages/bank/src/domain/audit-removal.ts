import { addDuration } from '@lupa/protocol';
import { type AuditFault, checkChain, type StoredEvent } from './audit-check.ts';
import { FEWEST_KEEP_YEARS } from './record-term.ts';

/** What the event is called that announces a removal. */
export const ANNOUNCEMENT = 'records removed';
/** No two clocks of a bank differ by more. */
const CLOCKS_DIFFER_MS = 86_400_000;

/** A note that records past their term may be gone, beside the event that has to announce it. */
export interface StoredRemoval {
  /** Also the id of the event, and of the chain that it is alone in. */
  readonly removalId: string;
  /** What is older may be gone. ISO 8601 in UTC with milliseconds, or as the store has it. */
  readonly keptFrom: string;
  /** The first event of its chain; undefined where it is not there. */
  readonly event: StoredEvent | undefined;
}

/** A removal that was announced as it has to be. */
export interface AnnouncedRemoval {
  readonly keptFrom: Date;
  readonly announced: Date;
}

/**
 * Whether the note is believed. It says what may be missing from the audit trail, so it counts only as far as the trail itself
 * says the same: by an event that is unchanged, was written when the term of what is gone had ended, and is about nothing else.
 * That the event is under a seal, or waits for one, is seen to with all others.
 *
 * @param now undefined where times are made up: then one to come is believed too
 */
export function decideRemoval(removal: StoredRemoval, now: Date | undefined): AnnouncedRemoval | AuditFault {
  const { removalId, event } = removal;
  const problem = problemOf(removal, now);
  if (problem === undefined && event !== undefined) {
    return { keptFrom: new Date(removal.keptFrom), announced: new Date(event.at) };
  }
  return { in: 'removal', removalId, problem: `${problem}. So nothing counts as removed` };
}

function problemOf({ removalId, keptFrom, event }: StoredRemoval, now: Date | undefined): string | undefined {
  if (event === undefined) return 'no event announces it: the note was added, or the event removed';
  const link = checkChain({
    ...{ chainId: removalId, isAuthorization: false },
    ...{ end: { sequence: 1, hash: event.hash }, events: [event] },
  });
  if (link !== undefined) return `the event that should announce it does not hold: ${link.problem}`;
  if (event.authorizationId !== undefined || event.customerId !== undefined) {
    return 'the event that should announce it is about an authorization or a customer';
  }
  if (event.event !== ANNOUNCEMENT)
    return `the event that should announce it says "${event.event}" and not "${ANNOUNCEMENT}"`;
  const said = saidKeptFrom(event.details);
  if (said !== keptFrom) return `it is of what is older than ${keptFrom}, and was announced for ${said}`;
  const announced = new Date(event.at);
  const notATime = [keptFrom, event.at].find((time) => Number.isNaN(Date.parse(time)));
  if (notATime !== undefined) return `${notATime} is no time`;
  const earliest = addDuration(new Date(keptFrom), { ...NO_TIME, years: FEWEST_KEEP_YEARS });
  if (announced < earliest) {
    return `it is of what is older than ${keptFrom}, and was announced on ${event.at}: not ${FEWEST_KEEP_YEARS} years later`;
  }
  if (now !== undefined && announced.getTime() > now.getTime() + CLOCKS_DIFFER_MS) {
    return `it is announced on ${event.at}, and now it is ${now.toISOString()}`;
  }
  return undefined;
}

const NO_TIME = { years: 0, months: 0, weeks: 0, days: 0, milliseconds: 0 };

function saidKeptFrom(details: unknown): unknown {
  return typeof details === 'object' && details !== null && 'keptFrom' in details ? details.keptFrom : undefined;
}
