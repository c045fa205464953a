import { isPaymentReference, parseAmountEUR, verifyIban } from '@lupa/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';
import type { PayOptions } from '../pay/run-pay.ts';

/** `lupa pay`: one payment through the running sandbox, step by step. */
export function addPayCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('pay')
    .summary('make a payment through the running sandbox')
    .description('Makes a payment as the demo TPP, through the running sandbox, and shows every step and call.')
    .argument('<amount>', 'euros, such as 12 or 12.50', parseAmount)
    .requiredOption('--to <iban>', 'account of the payee', parseIban)
    .option('--name <name>', 'name of the payee', 'Test Person')
    .option('--address <line...>', 'postal address of the payee, for an account outside Finland')
    .option('--country <code>', 'country of that address (default: the one of the IBAN)')
    .option('--message <text>', 'message to the payee')
    .addOption(
      new Option('--reference <reference>', 'Finnish or RF reference').conflicts('message').argParser(parseReference),
    )
    .option('--instant', 'credited at once where the payee has an account in this bank too')
    .option('--exempt', 'try to pay without the customer, as the one who approved last')
    .option('--approve', 'play the customer instead of opening a browser')
    .option('--user <username>', 'the customer to play', 'aino')
    .addOption(
      new Option('--factor <factor>', 'second factor of the played customer')
        .choices(['keycode', 'mobilekey'])
        .default('keycode'),
    )
    .option('--tpp <dir>', 'pay as the TPP of lupa register in that directory')
    .option('--data <dir>', 'the data directory of the running sandbox', DEFAULT_DATA_DIRECTORY)
    .option('--json', 'print the result as one line of JSON, and nothing else, on standard output')
    .addHelpText('after', DETAILS)
    .action(async (amountEUR: string, options: Omit<PayOptions, 'amountEUR'>) => {
      const { runPay } = await import('../pay/run-pay.ts');
      finish(await runPay({ amountEUR, ...options }));
    });
}

function parseAmount(text: string): string {
  if (parseAmountEUR(text) === undefined) throw new InvalidArgumentError('Write it as 12 or 12.50, above zero.');
  return text;
}

/** IBANs are printed in groups of four, and copied like that. */
function parseIban(text: string): string {
  const iban = verifyIban(text.replaceAll(/\s/g, '').toUpperCase());
  if (iban === undefined) throw new InvalidArgumentError('It is not a valid IBAN; look for a mistyped digit.');
  return iban;
}

function parseReference(text: string): string {
  if (!isPaymentReference(text)) {
    throw new InvalidArgumentError(
      'It is neither a Finnish reference (its last digit checks the others) nor an RF reference.',
    );
  }
  return text;
}

const DETAILS = `
Without --approve it prints the bank's address to open in a browser, and waits
until you have approved there and are back.

--exempt pays from the account that the latest lupa pay was approved for, below
30 euros and at most five times, without asking anybody. When the bank refuses,
it says why and goes on as without --exempt.

Examples:
  $ lupa pay 12.50 --to FI4950009420028730
  $ lupa pay 12.50 --to FI4950009420028730 --approve
  $ lupa pay 5.00 --to FI4950009420028730 --exempt
  $ lupa pay 4 --to "FI21 1234 5600 0007 85" --name Matti --approve
  $ lupa pay 12.50 --to FI4950009420028730 --approve --tpp tpp
  $ lupa pay 20 --to FI4950009420028730 --instant --approve --factor mobilekey

Exit codes: 0 submitted; 1 not, and why is said; 2 wrong usage; 130 ended by
Ctrl-C.`;
