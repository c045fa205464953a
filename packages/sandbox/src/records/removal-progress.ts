import type { RecordCounts } from '@lupa/bank';
import { counted } from './describe-records.ts';

const PAUSE_MS = 1_000;

/** Writes a line on what is gone so far, once a second at most: a removal of a year's records takes minutes. */
export function removalProgress(write: (line: string) => void, now = () => performance.now()) {
  let last = now();
  return ({ seals, bookings, authorizations }: RecordCounts): void => {
    if (now() - last < PAUSE_MS) return;
    last = now();
    const gone = [counted(seals, 'seal'), counted(bookings, 'booking'), counted(authorizations, 'authorization')];
    write(`gone so far: ${gone.join(', ')}\n`);
  };
}
