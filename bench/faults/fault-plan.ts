import type { SeededRandom } from '../../test/flow/support/seeded-random.ts';
import { pickWeighted } from './pick-weighted.ts';
import type { StoreKind } from './store/store-under-fault.ts';

/** Something that happens to the bank, all of it decided by the seed. */
export type Fault =
  | { readonly kind: 'kill-worker'; readonly place: number; readonly downMs: number }
  | { readonly kind: 'kill-all-workers'; readonly downMs: number }
  | { readonly kind: 'kill-postgres'; readonly downMs: number }
  /** Every connection of a TPP is cut so many bytes further on, each at another place. */
  | { readonly kind: 'cut-clients'; readonly within: number }
  | { readonly kind: 'cut-browsers'; readonly within: number }
  | { readonly kind: 'cut-postgres'; readonly within: number }
  /** `newSegment`: the write-ahead log has to begin a file meanwhile, without which PostgreSQL cannot go on at all. */
  | { readonly kind: 'full-disk'; readonly holdMs: number; readonly newSegment: boolean }
  | { readonly kind: 'clock-forward'; readonly byMs: number }
  | { readonly kind: 'clock-back'; readonly byMs: number }
  /** To some seconds before midnight in Helsinki, so that the day changes under load. */
  | { readonly kind: 'clock-midnight'; readonly beforeMs: number }
  /** The clock of one process alone. */
  | { readonly kind: 'clock-apart'; readonly place: number; readonly byMs: number }
  | { readonly kind: 'failover' };

export type FaultKind = Fault['kind'];

export interface PlannedFault {
  /** Whether the bank answers again before this happens; else it is hit while it is still down. */
  readonly recovered: boolean;
  /** After that. */
  readonly afterMs: number;
  readonly fault: Fault;
}

const RECOVERED_PERCENT = 75;
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 900;

/** What a run on this store goes through. Each kind of store has its own fault at least once. */
export function planFaults(random: SeededRandom, store: StoreKind, count: number): PlannedFault[] {
  const own: FaultKind[] = /pair$/.test(store) ? ['failover'] : store === 'small-disk' ? ['full-disk'] : [];
  const kinds = Array.from({ length: Math.max(0, count - own.length) }, () => drawn(random, store));
  for (const kind of own) kinds.splice(random.below(kinds.length + 1), 0, kind);
  return kinds.map((kind) => ({
    recovered: random.below(100) < RECOVERED_PERCENT,
    afterMs: SHORTEST_PAUSE_MS + random.below(LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS),
    fault: MAKE[kind](random),
  }));
}

const WEIGHTS: readonly (readonly [FaultKind, number])[] = [
  ['kill-worker', 20],
  ['kill-all-workers', 10],
  ['kill-postgres', 14],
  ['cut-clients', 18],
  ['cut-browsers', 5],
  ['cut-postgres', 16],
  ['full-disk', 6],
  ['clock-forward', 4],
  ['clock-back', 4],
  ['clock-midnight', 5],
  ['clock-apart', 5],
];

/** Faults that not every store can have. */
const NEEDED: Readonly<Partial<Record<FaultKind, readonly StoreKind[]>>> = {
  'kill-postgres': ['plain', 'small-disk', 'pair'],
  'full-disk': ['small-disk'],
};

function drawn(random: SeededRandom, store: StoreKind): FaultKind {
  return pickWeighted(
    random,
    WEIGHTS.filter(([kind]) => NEEDED[kind]?.includes(store) ?? true),
  );
}

const MINUTE_MS = 60_000;

const MAKE: Readonly<Record<FaultKind, (random: SeededRandom) => Fault>> = {
  'kill-worker': (random) => ({ kind: 'kill-worker', place: random.below(16), downMs: random.below(400) }),
  'kill-all-workers': (random) => ({ kind: 'kill-all-workers', downMs: random.below(600) }),
  'kill-postgres': (random) => ({ kind: 'kill-postgres', downMs: random.below(600) }),
  'cut-clients': (random) => ({ kind: 'cut-clients', within: 1 + random.below(3000) }),
  'cut-browsers': (random) => ({ kind: 'cut-browsers', within: 1 + random.below(3000) }),
  'cut-postgres': (random) => ({ kind: 'cut-postgres', within: 1 + random.below(1500) }),
  'full-disk': (random) => ({
    ...{ kind: 'full-disk', holdMs: 400 + random.below(1200) },
    newSegment: random.below(2) === 0,
  }),
  'clock-forward': (random) => ({ kind: 'clock-forward', byMs: (1 + random.below(90)) * MINUTE_MS }),
  'clock-back': (random) => ({ kind: 'clock-back', byMs: (1 + random.below(45)) * MINUTE_MS }),
  'clock-midnight': (random) => ({ kind: 'clock-midnight', beforeMs: 500 + random.below(1500) }),
  'clock-apart': (random) => ({ kind: 'clock-apart', place: random.below(16), byMs: random.below(10_000) - 5_000 }),
  failover: () => ({ kind: 'failover' }),
};
