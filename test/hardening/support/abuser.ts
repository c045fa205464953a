import { ABUSES, type AbuseName, type AbuseOrder, type Tally, useKey } from './abuses.ts';

/** What an abuser is told, once; whatever it is told next ends it. */
export interface AbuserOrder extends AbuseOrder {
  readonly abuse: AbuseName;
  readonly kid: string;
}

export type AbuserWord = { readonly underWay: true } | { readonly tally: Tally };

const tally: Tally = {};
let isOver = false;

process.once('message', async (order: AbuserOrder) => {
  process.once('message', () => {
    isOver = true;
  });
  useKey(order.kid);
  await ABUSES[order.abuse]({
    order,
    count: (what, by = 1) => {
      tally[what] = (tally[what] ?? 0) + by;
    },
    isOver: () => isOver,
    underWay: () => process.send?.({ underWay: true } satisfies AbuserWord),
  });
  process.send?.({ tally } satisfies AbuserWord, () => process.exit(0));
});
// Whoever began this is gone.
process.once('disconnect', () => process.exit(0));
