import { type Observation, observe } from './observations.ts';
import type { Story } from './read-history.ts';
import type { StoreSnapshot } from './store-snapshot.ts';
import { type Violation, violationsOf } from './violation.ts';

type Graph = Readonly<Record<string, readonly string[]>>;

/** Contract section 6: what may become of a payment or an authorization at once. What has nothing behind it is final. */
const PAYMENT: Graph = {
  Unauthorized: ['Authorizing', 'Authorized', 'Rejected', 'Revoked'],
  Authorizing: ['Unauthorized', 'Authorized', 'Rejected'],
  Authorized: ['Completed', 'PartiallyRevoked', 'Revoked'],
  Rejected: [],
  Completed: [],
  PartiallyRevoked: [],
  Revoked: [],
};

const SUBMISSION: Graph = {
  Pending: ['Accepted', 'Error', 'Rejected'],
  Error: ['Pending', 'Accepted', 'Rejected'],
  Accepted: ['Submitted', 'Credited', 'Rejected'],
  Submitted: [],
  Credited: [],
  Rejected: [],
};

const GRAPHS = { payment: PAYMENT, authorization: PAYMENT, submission: SUBMISSION } as const;

/** Nothing is ever seen to go back: what is seen after an answer is reachable from what the answer said. */
export function checkStatuses(story: Story, store: StoreSnapshot): Violation[] {
  const observations = observe(story, store);
  const things = Map.groupBy(observations, ({ thing, id }) => `${thing} ${id}`);
  return [
    ...violationsOf('every status is one of the contract', observations, ({ thing, id, status, toLine }) =>
      status in GRAPHS[thing] ? undefined : { what: `${thing} ${id} is ${status}`, lines: finite([toLine]) },
    ),
    ...violationsOf('no status goes back', things, ([name, seen]) => {
      const step = firstStepBack(seen, story.clockWentBack);
      if (step === undefined) return undefined;
      const [before, after] = step;
      return {
        what: `${name} was ${before.status}, and later ${after.status}`,
        lines: finite([before.fromLine, before.toLine, after.fromLine, after.toLine]),
      };
    }),
    ...violationsOf('a submission keeps its archive id', things, ([name, seen]) => {
      const ids = new Set(seen.flatMap(({ archiveId }) => archiveId ?? []));
      return ids.size <= 1
        ? undefined
        : {
            what: `${name} has the archive ids ${[...ids].join(', ')}`,
            lines: finite(seen.map(({ toLine }) => toLine)),
          };
    }),
  ];
}

function firstStepBack(seen: readonly Observation[], clockWentBack: boolean): [Observation, Observation] | undefined {
  for (const before of seen) {
    for (const after of seen) {
      if (before.toLine >= after.fromLine || isReachable(before, after.status)) continue;
      // A submission lapses at midnight by itself. Where a clock goes back over that, or two clocks differ, so does it.
      if (clockWentBack && before.thing === 'submission' && before.status === 'Rejected') continue;
      return [before, after];
    }
  }
  return undefined;
}

function isReachable({ thing, status }: Observation, wanted: string): boolean {
  const graph: Graph = GRAPHS[thing];
  const reached = new Set([status]);
  for (const each of reached) for (const next of graph[each] ?? []) reached.add(next);
  return reached.has(wanted);
}

function finite(lines: readonly number[]): number[] {
  return lines.filter(Number.isFinite);
}
