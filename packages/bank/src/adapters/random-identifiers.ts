import { randomBytes } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';

/** Random bytes drawn at a time: asking the operating system once per id would cost more than the id. */
const POOL_BYTES = 4096;

/** Identifiers from the operating system's randomness and the given clock. */
export function randomIdentifiers(clock: Clock): Identifiers {
  let pool = randomBytes(POOL_BYTES);
  let used = 0;

  function draw(bytes: number): Buffer {
    if (used + bytes > POOL_BYTES) {
      pool = randomBytes(POOL_BYTES);
      used = 0;
    }
    used += bytes;
    return pool.subarray(used - bytes, used);
  }

  return {
    uuid: () => uuidV7(clock.now().getTime(), draw(10)),
    secret: (bytes) => randomBytes(bytes).toString('base64url'),
    archiveId: () => archiveId(clock.now(), draw(8)),
  };
}

/** RFC 9562 section 5.7: 48 bits of Unix milliseconds, then version, variant and 74 random bits. */
function uuidV7(milliseconds: number, random: Buffer): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(milliseconds, 0, 6);
  random.copy(bytes, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Finnish archive references begin with the date; 60 random bits behind it keep them unique. */
function archiveId(now: Date, random: Buffer): string {
  const date = now.toISOString().slice(0, 10).replaceAll('-', '');
  return `${date}${(random.readBigUInt64BE() >> 4n).toString(36).toUpperCase().padStart(12, '0')}`;
}
