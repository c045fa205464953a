import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addAuditCommand } from './commands/audit.ts';
import { addCertCommand } from './commands/cert.ts';
import { addCustomersCommand } from './commands/customers.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addKeysCommand } from './commands/keys.ts';
import { addPayCommand } from './commands/pay.ts';
import { addRecordsCommand } from './commands/records.ts';
import { addRegisterCommand } from './commands/register.ts';
import { addRegistrationCommand } from './commands/registration.ts';
import { addServeCommand } from './commands/serve.ts';
import { addUpCommand } from './commands/up.ts';
import type { ExitCode } from './exit-code.ts';

/** The command line itself was wrong (as with most Unix tools); 1 is for what was asked for but could not be done. */
const WRONG_USAGE = 2;

/**
 * Runs one `lupa` command line.
 *
 * @param args what follows `lupa`
 * @returns the exit code
 */
export async function lupaProgram(args: readonly string[]): Promise<number> {
  let exitCode: number = 0;
  const finish = (code: ExitCode) => {
    exitCode = code;
  };
  const program = new Command('lupa')
    .description('A whole PSD2 payment-initiation bank on this machine: sandbox, demo shop and tools.')
    .version(manifest.version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  addUpCommand(program, finish);
  addRegisterCommand(program, finish);
  addRegistrationCommand(program, finish);
  addPayCommand(program, finish);
  addAuditCommand(program, finish);
  addRecordsCommand(program, finish);
  addCertCommand(program, finish);
  addKeysCommand(program, finish);
  addDoctorCommand(program, finish);
  addServeCommand(program, finish);
  addCustomersCommand(program, finish);
  pointToHelp(program);
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : WRONG_USAGE;
  }
}

/** Whoever gets a command wrong is shown the way to the help of that command, and not of all. */
function pointToHelp(command: Command, before = ''): void {
  const name = `${before}${command.name()}`;
  command.showHelpAfterError(`(see: ${name} --help)`);
  for (const each of command.commands) pointToHelp(each, `${name} `);
}

const EXAMPLES = `
Examples:
  $ lupa up                                           start the sandbox
  $ lupa pay 12.50 --to FI4950009420028730 --approve  make a payment in it
  $ lupa register                                     become a TPP of your own
  $ lupa audit verify                                 check the audit trail
  $ lupa doctor                                       find what does not work

In a clone of the repository, say npx lupa.`;
