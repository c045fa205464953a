import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';
import type { RecordsRemoveOptions } from '../records/run-records-remove.ts';

/** As they are written: what they may be the bank says, which takes its time to load. */
interface Written extends Omit<RecordsRemoveOptions, 'keepYears'> {
  readonly keepYears: string | undefined;
}

/** `lupa records remove`: removes what has been kept for as long as the law asks for. */
export function addRecordsCommand(program: Command, finish: (code: ExitCode) => void): void {
  const records = program
    .command('records')
    .summary('remove what has been kept for its term')
    .description('The records of the bank: payments, books and audit trail.')
    .addHelpText('after', EXAMPLES);
  records
    .command('remove')
    .summary('remove what is older than the law asks to keep')
    .description(
      'Removes payments, bookings and audit events that have been kept for their term. Without --yes it only says what would go.',
    )
    .option('--keep-years <n>', 'full years that records are kept (default: 10)')
    .option('--data <dir>', 'the data directory of the sandbox, stopped', DEFAULT_DATA_DIRECTORY)
    .option('--json', 'print the result as one line of JSON')
    .option('--yes', 'remove, for good')
    .addHelpText('after', DETAILS)
    .action(async ({ keepYears: text, ...options }: Written, command: Command) => {
      const { KEEP_YEARS, parseKeepYears, WRONG_KEEP_YEARS } = await import('../records/keep-years.ts');
      const keepYears = text === undefined ? KEEP_YEARS : parseKeepYears(text);
      if (keepYears === undefined) {
        command.error(`error: option '--keep-years <n>' argument '${text}' is invalid. ${WRONG_KEEP_YEARS}`);
      }
      const { runRecordsRemove } = await import('../records/run-records-remove.ts');
      finish(await runRecordsRemove({ ...options, keepYears }));
    });
}

const EXAMPLES = `
Examples:
  $ lupa records remove
  $ lupa records remove --yes
  $ lupa records remove --keep-years 12 --data /tmp/bank --json
  $ LUPA_DATABASE_URL=postgres://localhost/lupa lupa records remove --yes`;

const DETAILS = `
With ten years, of 2026, what is from before the beginning of 2016 goes. Ten is
what the Finnish Bookkeeping Act asks for books, five what PSD2 asks at least.

With LUPA_DATABASE_URL set, records of that PostgreSQL are removed, and the bank
may be at work on it. Its address is that of a role that may remove them, which
the bank's own may not: docs/operations.md. The store of a sandbox is opened
itself: stop the sandbox first.

Removing is noted in the audit trail before anything goes. It may be interrupted
at any time and said again: nothing is half done, and what is left goes then.
What is gone is in your backups, or nowhere.
${EXAMPLES}

Exit codes: 0 done, or there is nothing to remove; 1 it could not be done;
2 wrong usage; 130 ended by Ctrl-C.`;
