import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';
import { DEFAULT_PORTS } from '../sandbox-ports.ts';
import type { UpOptions } from '../up/run-up.ts';

/** `lupa up`: starts the sandbox and stays until Ctrl-C. */
export function addUpCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('up')
    .summary('start the sandbox: bank, demo TPP and shop')
    .description(
      'Starts the sandbox: a bank with test customers, a registered demo TPP, and a web shop. Ctrl-C ends it.',
    )
    .option('--data <dir>', 'where the sandbox keeps everything', DEFAULT_DATA_DIRECTORY)
    .option('--api-port <n>', 'payments API, mutual TLS; 0 for any free port', parsePort, DEFAULT_PORTS.api)
    .option('--authorize-port <n>', 'the bank for browsers', parsePort, DEFAULT_PORTS.authorize)
    .option('--shop-port <n>', 'the demo shop', parsePort, DEFAULT_PORTS.shop)
    .option('--no-shop', 'the bank alone')
    .option('--json', 'print one line of JSON when ready')
    .addHelpText('after', DETAILS)
    .action(async (options: UpOptions) => {
      const { runUp } = await import('../up/run-up.ts');
      finish(await runUp(options));
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

const DETAILS = `
A port that is taken moves to the next free one. The data directory is made at
the first start and kept: balances, keys and the demo TPP stay as they are. With
LUPA_DATABASE_URL set, accounts and payments live in that PostgreSQL instead.

Examples:
  $ lupa up
  $ lupa up --data /tmp/bank --api-port 9443 --no-shop
  $ LUPA_DATABASE_URL=postgres://localhost/lupa lupa up --json

Exit codes: 0 ended by Ctrl-C or SIGTERM, 1 could not start, 2 wrong usage,
130 ended at once by a second Ctrl-C.`;
