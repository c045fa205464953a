import type { AuditFault, LinkFault } from '../domain/audit-check.ts';
import { type AnnouncedRemoval, decideRemoval } from '../domain/audit-removal.ts';
import type { AuditTrail } from '../ports/audit-trail.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * What is known to whoever checks the trail of what may be gone from it. A removal is announced, and that sealed, before anything
 * goes; each is of what is older than the one before. So what was missing when a piece was read is explained by an announcement read
 * after that piece, whichever was known before: where something is missing, it is read again. What the announcement known
 * already explains, each later one explains too.
 */
export class KnownRemoval {
  readonly #trail: Pick<AuditTrail, 'latestRemoval'>;
  readonly #clock: Clock | undefined;
  #found: AnnouncedRemoval | AuditFault | undefined;

  /** @param clock by which nothing is announced in time to come; undefined where times are made up */
  constructor(trail: Pick<AuditTrail, 'latestRemoval'>, clock?: Clock) {
    this.#trail = trail;
    this.#clock = clock;
  }

  /** The newest announcement that is believed; undefined when there is none, or nothing was read yet. */
  get announced(): AnnouncedRemoval | undefined {
    return this.#found !== undefined && 'keptFrom' in this.#found ? this.#found : undefined;
  }

  /** Why the newest announcement is not believed. */
  get fault(): AuditFault | undefined {
    return this.#found !== undefined && 'in' in this.#found ? this.#found : undefined;
  }

  /** What is older may be gone; undefined when nothing may. */
  get keptFrom(): Date | undefined {
    return this.announced?.keptFrom;
  }

  async readAgain(): Promise<Date | undefined> {
    const removal = await this.#trail.latestRemoval();
    this.#found = removal && decideRemoval(removal, this.#clock?.now());
    return this.keptFrom;
  }

  /** What a check of a piece finds, judged by an announcement read after the piece. */
  async judge(check: (keptFrom: Date | undefined) => readonly (LinkFault | undefined)[]): Promise<LinkFault[]> {
    const found = check(this.keptFrom).filter(isFault);
    return found.length === 0 ? found : check(await this.readAgain()).filter(isFault);
  }
}

function isFault(fault: LinkFault | undefined): fault is LinkFault {
  return fault !== undefined;
}
