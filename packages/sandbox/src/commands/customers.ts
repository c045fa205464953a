import type { CustomersOptions } from '@lupa/server';
import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';

/** `lupa customers …`: a bank's own customers, for `lupa serve`. */
export function addCustomersCommand(program: Command, finish: (code: ExitCode) => void): void {
  const customers = program
    .command('customers')
    .summary('take in customers of a bank that lupa serve runs')
    .description('The customers of a bank that lupa serve runs.')
    .addHelpText('after', EXAMPLES);
  customers
    .command('import')
    .summary('take in customers and open their accounts')
    .description('Takes in customers and opens their accounts. What is there already stays as it is.')
    .argument('<file>', 'JSON: a list of customers')
    .option('--config <file>', 'the configuration of lupa serve (default: what LUPA_CONFIG names)')
    .addHelpText('after', DETAILS)
    .action(async (file: string, options: CustomersOptions) => {
      const { runCustomersImport } = await import('@lupa/server');
      finish(await runCustomersImport(file, options));
    });
  customers
    .command('hash')
    .summary('print the hash of a password')
    .description('Reads a password from standard input and prints the passwordHash that import takes.')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const { runCustomersHash } = await import('@lupa/server');
      finish(await runCustomersHash());
    });
  customers
    .command('key-list')
    .summary('print the key list of a customer')
    .description('Prints the key list whose codes a customer is asked for, to be handed over.')
    .argument('<username>', 'as it was imported')
    .option('--config <file>', 'the configuration of lupa serve (default: what LUPA_CONFIG names)')
    .addHelpText('after', EXAMPLES)
    .action(async (username: string, options: CustomersOptions) => {
      const { runCustomersKeyList } = await import('@lupa/server');
      finish(await runCustomersKeyList(username, options));
    });
}

const EXAMPLES = `
Examples:
  $ lupa customers hash < password-file
  $ lupa customers import customers.json --config /etc/lupa/lupa.json
  $ lupa customers key-list aino --config /etc/lupa/lupa.json

Exit codes: 0 done, 1 not done, 2 wrong usage.`;

const DETAILS = `
The file is a list of {"username", "name", "passwordHash", "accounts": [{"iban",
"name", "openingBalanceEUR", "limitEUR"}]}: examples/serve/customers.json.
${EXAMPLES}`;
