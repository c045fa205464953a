import type { ServeOptions } from '@lupa/server';
import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from '../exit-code.ts';

/** `lupa serve`: the bank in production. */
export function addServeCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('serve')
    .summary('run the bank in production')
    .description(
      'Runs the bank as a service: its configuration checked whole, worker processes that share the ports, a gentle end.',
    )
    .option('--config <file>', 'the configuration, JSON (default: what LUPA_CONFIG names)')
    .option('--workers <n>', 'processes that share the ports', parseWorkers)
    .option('--check', 'look at the configuration, say all that is wrong, and start nothing')
    .option('--json', 'print one line of JSON when ready, or of --check')
    .addHelpText('after', DETAILS)
    .action(async (options: ServeOptions) => {
      const { serve } = await import('@lupa/server');
      finish(await serve(options));
    });
}

function parseWorkers(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('Say a whole number of 1 or more.');
  return Number(text);
}

const DETAILS = `
Every member of the file can be a variable instead: api.port is LUPA_API_PORT.
Variables go before the file, options before both. docs/running.md lists them
all; examples/serve/lupa.json is a file to begin with.

SIGTERM answers what is under way and ends; a second one ends at once. SIGHUP
replaces the workers one by one: they read certificates, keys and configuration
anew, and no call waits.

Examples:
  $ lupa serve --config /etc/lupa/lupa.json --check
  $ lupa serve --config /etc/lupa/lupa.json --workers 4

Exit codes: 0 ended by SIGTERM or Ctrl-C, 1 could not start or go on, 2 wrong
usage, 130 ended at once by a second signal.`;
