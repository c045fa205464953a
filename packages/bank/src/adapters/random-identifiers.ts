import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';

/** `rand_a` has 12 bits. */
const MAX_COUNTER = 0xfff;

/** Identifiers from the operating system's randomness and the given clock. */
export function randomIdentifiers(clock: Clock): Identifiers {
  return {
    uuid: uuidV7(clock),
    secret: (bytes) => randomBytes(bytes).toString('base64url'),
    archiveId: () => archiveId(clock.now(), randomBytes(8)),
  };
}

/**
 * Makes UUIDv7s that only ever grow: RFC 9562 section 5.7 with a counter in `rand_a` (section 6.2, method 1), so that what
 * this process made later also sorts later, within one millisecond and when the clock is set back. The counter starts each
 * millisecond at a random place in its lower half; should it run out, the id borrows the next millisecond.
 */
function uuidV7(clock: Clock): () => string {
  let milliseconds = 0;
  let counter = 0;
  let front = '';
  return () => {
    const now = clock.now().getTime();
    // Version 4 from Node's own pool: its last 62 random bits, and its variant, are those of a version 7 as well.
    const random = randomUUID();
    const before = milliseconds;
    if (now > milliseconds) {
      milliseconds = now;
      counter = Number.parseInt(random.slice(0, 3), 16) >>> 1;
    } else if (counter === MAX_COUNTER) {
      milliseconds += 1;
      counter = 0;
    } else {
      counter += 1;
    }
    if (milliseconds !== before) front = timeOf(milliseconds);
    return `${front}-7${counter.toString(16).padStart(3, '0')}${random.slice(18)}`;
  };
}

/** The first 48 bits, with the dash between them. */
function timeOf(milliseconds: number): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

/** Finnish archive references begin with the date; 60 random bits behind it keep them unique. */
function archiveId(now: Date, random: Buffer): string {
  const date = now.toISOString().slice(0, 10).replaceAll('-', '');
  return `${date}${(random.readBigUInt64BE() >> 4n).toString(36).toUpperCase().padStart(12, '0')}`;
}
