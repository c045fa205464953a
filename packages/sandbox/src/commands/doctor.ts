import type { Command } from 'commander';
import type { DoctorOptions } from '../doctor/run-doctor.ts';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';

/** `lupa doctor`: what keeps a TPP from paying at a bank. */
export function addDoctorCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('doctor')
    .summary('find out why something does not work')
    .description(
      'Looks at this machine, a TPP and its bank, one thing after the other, and says of ' +
        'each what was expected, what was found, and how to mend it.',
    )
    .option('--bank <url>', "the bank's issuer (default: the TPP's own, or the running sandbox)")
    .option('--tpp <dir>', 'a directory of lupa register (default: the demo TPP)')
    .option('--data <dir>', 'the data directory of the sandbox', DEFAULT_DATA_DIRECTORY)
    .option('--json', 'print the result as one line of JSON')
    .addHelpText('after', DETAILS)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('../doctor/run-doctor.ts');
      finish(await runDoctor(options));
    });
}

const DETAILS = `
It leaves nothing behind at the bank: it reads a payment that does not exist,
and orders one without a single field, which is refused once its signature is
verified.

Examples:
  $ lupa doctor
  $ lupa doctor --tpp my-tpp
  $ lupa doctor --bank https://bank.example --tpp my-tpp --json

Exit codes: 0 all is well; 1 something fails; 2 wrong usage.`;
