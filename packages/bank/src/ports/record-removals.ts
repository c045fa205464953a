import type { AuditEvent } from './records.ts';

/** That records past their term were to be removed. */
export interface RecordRemoval {
  /** Also the id of the audit event that says so. */
  readonly removalId: string;
  /** What is older may be gone. */
  readonly keptFrom: Date;
  readonly announced: Date;
}

/** How many records there are, or were removed. */
export interface RecordCounts {
  readonly bookings: number;
  /** To other banks, each of a booking. */
  readonly messages: number;
  /** Of the messages, those that nobody has noted as sent. */
  readonly unsentMessages: number;
  /** Payments and bundles with all that belongs to them. */
  readonly authorizations: number;
  readonly payments: number;
  readonly submissions: number;
  readonly seals: number;
  readonly events: number;
}

/**
 * The removal of what has been kept for its term. Each call is one transaction and leaves a store that is whole; what was
 * interrupted goes on with the same call. A bank may be at work meanwhile.
 */
export interface RecordRemovals {
  /** What the clock of the store says. */
  storeTime(): Promise<Date>;
  /** About how much would go. Nothing is counted twice, and what turns out to be under way still stays. */
  foresee(keptFrom: Date): Promise<Omit<RecordCounts, 'events'>>;
  /** @throws RemovalNotPermitted where the store's own rights do not allow what follows; nothing was done */
  mustBePermitted(): Promise<void>;
  /** Notes the removal, and the audit event that says so. */
  announce(removal: RecordRemoval, audit: AuditEvent): Promise<void>;
  /**
   * Removes bookings from before `keptFrom`, oldest first, each with its two entries and its message. What an account was left with
   * becomes the balance it begins with.
   *
   * @param limit looks at so many
   */
  removeBookings(
    keptFrom: Date,
    limit: number,
  ): Promise<Pick<RecordCounts, 'bookings' | 'messages' | 'unsentMessages'> & { readonly looked: number }>;
  /** The first seals, up to so many, all from before `keptFrom` and not the last of those. */
  sealsToRemove(keptFrom: Date, limit: number): Promise<readonly number[]>;
  /**
   * Removes seals that stand first, and of what they cover everything but the last event of each chain, which goes with what the
   * chain is about. An event that is alone in its chain goes at once.
   */
  removeSeals(first: number, last: number): Promise<Pick<RecordCounts, 'seals' | 'events'>>;
  /**
   * Looks at the chains behind the one named whose seals are gone, and removes their authorizations where nothing has happened since
   * `keptFrom`, nothing is under way, and everything that was booked is gone: with their payments, and the last event.
   */
  removeAuthorizations(
    keptFrom: Date,
    after: string | undefined,
    limit: number,
  ): Promise<
    Pick<RecordCounts, 'authorizations' | 'payments' | 'submissions' | 'events'> & {
      /** The last chain looked at; undefined when there are no more. */
      readonly last: string | undefined;
    }
  >;
}
