import { randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto';
import type { Passwords } from '../ports/passwords.ts';

/** What one hash costs. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** One of the settings of OWASP's Password Storage Cheat Sheet: 16 MiB of memory, five times over. */
export const SCRYPT_COST: ScryptCost = { N: 16_384, r: 8, p: 5 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Longer than any password worth having; what is longer is refused after the same work. */
const MAX_PASSWORD_BYTES = 1024;

/**
 * Passwords by scrypt (RFC 7914), on Node's thread pool.
 *
 * @param cost of new hashes and of the work done for unknown users; an existing hash brings its own
 */
export function scryptPasswords(cost: ScryptCost = SCRYPT_COST): Passwords {
  const nobody = { ...cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const hash = await scrypt(password, { ...cost, salt });
      return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
    },
    async verify(password, passwordHash) {
      const expected = passwordHash === undefined ? nobody : parsePasswordHash(passwordHash);
      const tooLong = Buffer.byteLength(password) > MAX_PASSWORD_BYTES;
      const hash = await scrypt(tooLong ? '' : password, expected);
      return timingSafeEqual(hash, expected.hash) && passwordHash !== undefined && !tooLong;
    },
  };
}

/**
 * Whether a text is a hash as `scryptPasswords().hash` makes it now. One that costs more or less would tell by the time a login takes
 * that its username exists.
 */
export function isPasswordHash(text: string): boolean {
  return HASH.test(text);
}

const { N, r, p } = SCRYPT_COST;
const HASH = new RegExp(`^scrypt\\$${N}\\$${r}\\$${p}\\$[\\w-]{22}\\$[\\w-]{43}$`);

interface ParsedHash extends ScryptCost {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** @throws TypeError when the stored text is not one of ours: that is our own mistake, never the customer's */
function parsePasswordHash(text: string): ParsedHash {
  const [scheme, N, r, p, salt, hash, ...rest] = text.split('$');
  const parsed = {
    N: Number(N),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt ?? '', 'base64url'),
    hash: Buffer.from(hash ?? '', 'base64url'),
  };
  if (scheme !== 'scrypt' || rest.length > 0 || parsed.hash.length !== HASH_BYTES || parsed.salt.length === 0) {
    throw new TypeError('a stored password hash must read scrypt$N$r$p$salt$hash');
  }
  return parsed;
}

/** The same password typed on another keyboard may come in another Unicode form, so it is composed first (RFC 8265 section 4.2). */
function scrypt(password: string, { N, r, p, salt }: ScryptCost & { salt: Buffer }): Promise<Buffer> {
  const maxmem = 256 * N * r;
  return new Promise((resolve, reject) => {
    scryptCallback(password.normalize('NFC'), salt, HASH_BYTES, { N, r, p, maxmem }, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
