import type { Command } from 'commander';
import type { AuditVerifyOptions } from '../audit/run-audit-verify.ts';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';

/** `lupa audit verify`: whether anybody has changed the bank's records. */
export function addAuditCommand(program: Command, finish: (code: ExitCode) => void): void {
  const audit = program.command('audit').summary('check the audit trail').description('The audit trail of the bank.');
  audit
    .command('verify')
    .summary('check every chain and every seal')
    .description(
      'Checks the audit trail: every event of every authorization, in its order, and every seal over them.\n' +
        'Names the first link that does not hold.',
    )
    .option('--data <dir>', 'the data directory of the sandbox', DEFAULT_DATA_DIRECTORY)
    .option('--json', 'print the result as one line of JSON')
    .addHelpText('after', DETAILS)
    .action(async (options: AuditVerifyOptions) => {
      const { runAuditVerify } = await import('../audit/run-audit-verify.ts');
      finish(await runAuditVerify(options));
    });
}

const DETAILS = `
While the sandbox runs it is asked itself; otherwise its store is opened. With
LUPA_DATABASE_URL set, that PostgreSQL is checked, whether or not a bank runs on it.

The newest seal it prints, kept somewhere else, shows later that nothing up to it was
written anew: find its number and hash again in what --json prints then, or in the
table audit_seals.

Exit codes: 0 every link holds, 1 one does not, or it could not be checked, 2 wrong usage.`;
