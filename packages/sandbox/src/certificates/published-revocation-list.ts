import { createHash } from 'node:crypto';
import type { Revocations } from './revocations.ts';
import type { CertificateIssuer } from './sign-certificate.ts';

/** Where the CA's revocation list is, below the issuer's address. */
export const CRL_PATH = '/sandbox/ca.crl';

/** Where the CA's own certificate is. */
export const CA_PATH = '/sandbox/ca.crt';

/** A revocation list as it is served. */
export interface PublishedList {
  readonly der: Buffer;
  /** Its hash, quoted as an `ETag`. */
  readonly etag: string;
}

const LIFETIME_MILLISECONDS = 24 * 3_600_000;

/** A list is renewed at half its life, so that whoever fetches one has it for half a day at least. */
const RENEWAL_MILLISECONDS = LIFETIME_MILLISECONDS / 2;

interface MadeList extends PublishedList {
  readonly serials: string;
  readonly madeAt: number;
}

/** The revocation list of the sandbox CA: always of what is revoked now, and never near its end. */
export class PublishedRevocationList {
  readonly #revocations: Revocations;
  readonly #authority: CertificateIssuer;
  readonly #now: () => Date;
  #made: MadeList | undefined;

  /** @param now the bank's clock: who fetches the list reads its dates by it */
  constructor(revocations: Revocations, authority: CertificateIssuer, now: () => Date) {
    this.#revocations = revocations;
    this.#authority = authority;
    this.#now = now;
  }

  /** Made anew when something was revoked, when it is getting old, and when the clock was set back. */
  async current(): Promise<PublishedList> {
    const serials = await this.#revocations.serials();
    const now = this.#now().getTime();
    const made = this.#made;
    const age = made === undefined ? Number.NaN : now - made.madeAt;
    if (made?.serials === serials.join() && age >= 0 && age < RENEWAL_MILLISECONDS) return made;
    return this.#make(serials, now);
  }

  async #make(serials: readonly string[], now: number): Promise<PublishedList> {
    // Loaded here because it takes a tenth of a second, which a start need not wait for.
    const { makeRevocationList } = await import('./make-revocation-list.ts');
    const found = await Promise.all(serials.map((serial) => this.#revocations.find(serial)));
    const revoked = found.filter((revocation) => revocation !== undefined);
    const der = await makeRevocationList(revoked, this.#authority, {
      thisUpdate: new Date(now),
      nextUpdate: new Date(now + LIFETIME_MILLISECONDS),
    });
    const etag = `"${createHash('sha256').update(der).digest('base64url')}"`;
    this.#made = { der, etag, serials: serials.join(), madeAt: now };
    return this.#made;
  }
}
