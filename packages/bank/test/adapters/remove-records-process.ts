import { PgDatabase } from '../../src/adapters/postgres/pg-database.ts';
import { removeRecords } from '../../src/operations/remove-records.ts';
import { removalOf } from './record-removals-contract.ts';

/** Removes records from the PostgreSQL named by the first argument, a few at a time, and says so; until it is killed. */
const [, , url = ''] = process.argv;
const database = new PgDatabase({ url });
const parts = { ...removalOf(database), pieces: { bookings: 4, seals: 2, authorizations: 4 } };
process.stdout.write('begun\n');
await removeRecords(parts, 10, () => process.stdout.write('.'));
await database.close();
