import { openStoredRecords, type StoreSettings } from '@lupa/bank';
import type { ExitCode } from '../exit-code.ts';
import { dataDirectory } from '../files/data-directory.ts';
import { painter } from '../print/paint.ts';
import { whyStoreFailed } from '../print/why-store-failed.ts';
import { commandAgain, describeRemovable, describeRemoved, recordsAsJson } from './describe-records.ts';
import { removalProgress } from './removal-progress.ts';

/** The command line's options. */
export interface RecordsRemoveOptions {
  readonly keepYears: number;
  readonly data: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** Says what has been kept for its term, or removes it, and prints what went. @returns the exit code */
export async function runRecordsRemove(options: RecordsRemoveOptions): Promise<ExitCode> {
  try {
    process.stdout.write(await (options.yes ? remove(options) : foresee(options)));
    return 0;
  } catch (error) {
    process.stderr.write(`${name()} ${whyStoreFailed(error, 'Nothing is half removed.')}\n`);
    return 1;
  }
}

async function foresee(options: RecordsRemoveOptions): Promise<string> {
  const records = await openStoredRecords(storeOf(options));
  try {
    const found = await records.foresee(options.keepYears);
    if (options.json) return recordsAsJson(found, { isDone: false });
    return describeRemovable(found, commandAgain(options, databaseUrl() !== ''), painter(process.stdout));
  } finally {
    await records.close();
  }
}

async function remove(options: RecordsRemoveOptions): Promise<string> {
  const { keepYears, json } = options;
  const tell = json || !process.stderr.isTTY ? () => undefined : removalProgress((text) => process.stderr.write(text));
  const records = await openStoredRecords(storeOf(options));
  process.once('SIGINT', endAtOnce);
  try {
    const removed = await records.remove(keepYears, tell);
    return json ? recordsAsJson(removed, { isDone: true }) : describeRemoved(removed, painter(process.stdout));
  } finally {
    process.off('SIGINT', endAtOnce);
    await records.close();
  }
}

function storeOf({ data }: RecordsRemoveOptions): StoreSettings {
  const url = databaseUrl();
  return url === '' ? { kind: 'pglite', directory: dataDirectory(data).store } : { kind: 'postgres', url };
}

function databaseUrl(): string {
  return process.env.LUPA_DATABASE_URL ?? '';
}

/** The transaction under way is undone by the database, which finds its connection gone. */
function endAtOnce(): void {
  process.stderr.write(`${name()} ended. Nothing is half removed; say it again, and the rest goes too.\n`);
  process.exit(130);
}

function name(): string {
  return painter(process.stderr)('red', 'lupa records remove:');
}
