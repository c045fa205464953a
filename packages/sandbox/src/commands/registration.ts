import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import type { RegistrationOptions, UpdateOptions } from '../registration/run-registration.ts';

/** `lupa registration`: looks after what `lupa register` has registered (RFC 7592). */
export function addRegistrationCommand(program: Command, finish: (code: ExitCode) => void): void {
  const registration = program
    .command('registration')
    .summary('read, change or delete a registration')
    .description('Looks after a registration: what the bank knows of the TPP, and its files.')
    .addHelpText('after', EXAMPLES);
  const add = (name: string, summary: string) =>
    registration
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .option('--tpp <dir>', 'the directory of lupa register', 'tpp')
      .option('--json', 'print the result as one line of JSON')
      .addHelpText('after', EXAMPLES);
  const commands = () => import('../registration/run-registration.ts');
  add('show', 'show what the bank has registered').action(async (options: RegistrationOptions) => {
    finish(await (await commands()).runShow(options));
  });
  add('update', 'change redirect URIs or the name')
    .option('--redirect-uri <uri...>', 'the redirect URIs from now on')
    .option('--add-redirect-uri <uri...>', 'redirect URIs beside those there are')
    .option('--name <name>', 'the name customers see')
    .action(async (options: UpdateOptions, command: Command) => {
      const { redirectUri, addRedirectUri, name } = options;
      if (redirectUri === undefined && addRedirectUri === undefined && name === undefined) {
        command.error('error: nothing to change: give --redirect-uri, --add-redirect-uri or --name');
      }
      finish(await (await commands()).runUpdate(options));
    });
  add('rotate-secret', 'have the bank give a new client secret').action(async (options: RegistrationOptions) => {
    finish(await (await commands()).runRotateSecret(options));
  });
  add('delete', 'delete the registration at the bank').action(async (options: RegistrationOptions) => {
    finish(await (await commands()).runDelete(options));
  });
}

const EXAMPLES = `
Files are changed in one step, after the bank has answered: the old secret stays
until the new one is stored.

Examples:
  $ lupa registration show
  $ lupa registration update --add-redirect-uri http://localhost:3000/return
  $ lupa registration rotate-secret --tpp shop
  $ lupa registration delete --tpp shop

Exit codes: 0 done; 1 not done, and why is said; 2 wrong usage.`;
