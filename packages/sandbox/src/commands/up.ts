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
    .option('--trust <file>', 'a CA to trust beside its own, PEM; again for more', collect)
    .option('--revocation-list <url>', 'where such a CA publishes its list; again for more', collectUrl)
    .option('--json', 'print one line of JSON when ready')
    .addHelpText('after', DETAILS)
    .action(async (options: UpOptions) => {
      const { runUp } = await import('../up/run-up.ts');
      finish(await runUp(options));
    });
}

function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

function collectUrl(text: string, earlier?: readonly string[]): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('Write it as http://host/list.crl, without a password.');
  }
  return collect(text, earlier);
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

With --trust the bank takes QWACs and QSEALCs of your own CA, as described in
docs/certificates.md. It refuses every certificate whose revocation list it does
not have: lists on public addresses it finds by the certificates themselves, all
others by --revocation-list.

Examples:
  $ lupa up
  $ lupa up --data /tmp/bank --api-port 9443 --no-shop
  $ lupa up --trust my-ca.pem --revocation-list http://localhost:9000/my-ca.crl
  $ LUPA_DATABASE_URL=postgres://localhost/lupa lupa up --json

Exit codes: 0 ended by Ctrl-C or SIGTERM, 1 could not start, 2 wrong usage,
130 ended at once by a second Ctrl-C.`;
