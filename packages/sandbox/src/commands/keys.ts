import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';
import type { KeysOptions } from '../keys/run-keys.ts';

/** `lupa keys`: the bank's own signing keys. */
export function addKeysCommand(program: Command, finish: (code: ExitCode) => void): void {
  const keys = program
    .command('keys')
    .summary("rotate the bank's own signing keys")
    .description('The keys the bank signs its answers and ID tokens with.')
    .addHelpText('after', EXAMPLES);
  keys
    .command('rotate')
    .summary('have new keys take over')
    .description('Makes new signing keys. A running bank follows without a restart.')
    .option('--data <dir>', 'the data directory of the sandbox', DEFAULT_DATA_DIRECTORY)
    .option('--now', 'the old keys may be known to somebody else: away with them')
    .option('--json', 'print the keys as one line of JSON')
    .addHelpText('after', DETAILS)
    .action(async (options: KeysOptions) => {
      const { runKeysRotate } = await import('../keys/run-keys.ts');
      finish(await runKeysRotate(options));
    });
  keys
    .command('list')
    .summary('which keys are published, and which sign')
    .description('Prints the keys that are published now, which of them sign, and what will change.')
    .option('--data <dir>', 'the data directory of the sandbox', DEFAULT_DATA_DIRECTORY)
    .option('--json', 'print the keys as one line of JSON')
    .addHelpText('after', LIST_DETAILS)
    .action(async (options: KeysOptions) => {
      const { runKeysList } = await import('../keys/run-keys.ts');
      finish(await runKeysList(options));
    });
}

const EXAMPLES = `
Examples:
  $ lupa keys list
  $ lupa keys rotate
  $ lupa keys rotate --now --data /tmp/bank`;

const LIST_DETAILS = `${EXAMPLES}

Exit codes: 0 listed; 1 there are none, or they could not be read; 2 wrong
usage.`;

const DETAILS = `
The new keys are published at once and sign after 10 minutes: by then every
caller that obeys the key sets' max-age of 5 minutes has read them. The old keys
stay published after that, for ID tokens an hour, for answers a day. Private
halves of retired keys are deleted at the next rotation; public halves are kept
in bank/signing-keys.json.

With --now the new keys sign after 10 seconds and the old ones are gone that
moment: customers on their way may have to begin anew.
${EXAMPLES}

Exit codes: 0 rotated; 1 not, and nothing has changed; 2 wrong usage.`;
