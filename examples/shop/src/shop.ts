import type { SepaPayee, Tpp } from '@lupa/tpp';
import type { Catalogue, Seller } from './catalogue.ts';
import type { Sessions } from './sessions.ts';
import type { WireLog } from './wire/wire-log.ts';

/** What the routes of the shop share. */
export interface Shop {
  readonly catalogue: Catalogue;
  /** Whose account the money of each seller's goods goes to. */
  readonly payees: Partial<Record<Seller, SepaPayee>>;
  readonly sessions: Sessions;
  /** The shop's side of payment initiation: one for the whole shop, for it keeps the access token and the bank's keys. */
  readonly tpp: Tpp;
  /** What went over the wire. */
  readonly wire: WireLog;
  /** Where the bank sends the customer back to. */
  readonly redirectUri: string;
  readonly nextOrderNumber: () => number;
  /** Told in a line of what happens; never of a token, a code or a name. */
  readonly log: (line: string) => void;
}
