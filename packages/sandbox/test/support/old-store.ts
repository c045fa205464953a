import { helsinkiYear, startOfHelsinkiYear } from '@lupa/protocol';
import type { Database } from '../../../bank/src/adapters/postgres/database.ts';
import { OldRecords } from '../../../bank/test/adapters/old-records.ts';

const THIS_YEAR = helsinkiYear(new Date());

/** What is older goes, unless another number of years is asked for. */
export const KEPT_FROM = startOfHelsinkiYear(THIS_YEAR - 10);

/**
 * What a bank has that is twelve years old: an account with its opening booking, three payments of June then to other banks, each under a
 * seal of its own, and one of today. The third seal is the last of those from before, so that it stays with what it covers.
 */
export async function writeOldRecords(database: Database): Promise<void> {
  const june = (day: number) => new Date(Date.UTC(THIS_YEAR - 12, 5, day));
  const records = new OldRecords(database);
  const account = await records.account(june(1));
  for (const day of [2, 3, 4]) {
    await records.paid(account, june(day));
    await records.seal(june(day));
  }
  await records.paid(account, new Date());
  await records.seal(new Date());
}
