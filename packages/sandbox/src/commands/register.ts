import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';
import type { RegisterOptions } from '../register/registration-plan.ts';

/** `lupa register`: from nothing to a registered TPP. */
export function addRegisterCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('register')
    .summary('register a TPP of your own at a bank')
    .description(
      'Registers a TPP: has keys and certificates made, signs the software statement,\n' +
        'registers at the bank, and writes a directory for lupa pay, curl and the SDK.',
    )
    .option('--out <dir>', 'the directory to write', 'tpp')
    .option('--name <name>', 'the name customers see')
    .option('--bank <url>', "the bank's Authorize address (default: the sandbox here)", parseBank)
    .option('--redirect-uri <uri...>', 'where customers come back to')
    .option('--config <file>', "a file in the shape of OP's conf/env.json")
    .option('--environment <name>', 'which registration of that file, if it has several')
    .option('--api-key <key>', "the key of the bank's developer portal")
    .option('--qwac <file>', 'your own QWAC, PEM, its issuers after it')
    .option('--qwac-key <file>', 'its private key')
    .option('--qseal <file>', 'your own QSEALC')
    .option('--qseal-key <file>', 'its private key')
    .option('--jwks-url <url>', 'where you host your public keys')
    .option('--registration-url <url>', "another bank's registration endpoint", parseRegistrationUrl)
    .option('--ca <file>', "who issued the bank's certificate, if this machine does not know")
    .option('--data <dir>', 'the data directory of the running sandbox', DEFAULT_DATA_DIRECTORY)
    .option('--force', 'register anew; the old directory is kept beside the new one')
    .option('--json', 'print the result as one line of JSON, and nothing else, on standard output')
    .addHelpText('after', DETAILS)
    .action(async (options: RegisterOptions) => {
      const { runRegister } = await import('../register/run-register.ts');
      finish(await runRegister(options));
    });
}

function parseBank(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('Write it as http://localhost:8080.');
  }
  return text;
}

function parseRegistrationUrl(text: string): string {
  if (URL.parse(text)?.protocol !== 'https:') {
    throw new InvalidArgumentError('Write it as https://bank.example/tpp-registration/register.');
  }
  return text;
}

const DETAILS = `
Without certificates of your own the sandbox's generator makes them. Your own,
all four files, are checked first, and nothing is sent before your public keys
are found at --jwks-url. Run it without that once: it writes the file to host.

The directory appears when everything in it is written, and only then.

Examples:
  $ lupa register
  $ lupa register --out shop --redirect-uri http://localhost:3000/return
  $ lupa register --config conf/env.json --bank http://localhost:8080
  $ lupa register --qwac web.pem --qwac-key web.key --qseal seal.pem \\
      --qseal-key seal.key --jwks-url https://tpp.example/jwks.json \\
      --registration-url https://bank.example/tpp-registration/register \\
      --api-key <key> --name Kivi --redirect-uri https://tpp.example/return

Exit codes: 0 registered; 1 not registered, and why is said; 2 wrong usage;
130 ended by Ctrl-C.`;
