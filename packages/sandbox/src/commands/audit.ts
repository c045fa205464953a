import type { Command } from 'commander';
import type { AuditVerifyOptions } from '../audit/run-audit-verify.ts';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';

/** `lupa audit verify`: whether anybody has changed the bank's records. */
export function addAuditCommand(program: Command, finish: (code: ExitCode) => void): void {
  const audit = program
    .command('audit')
    .summary('check the audit trail')
    .description('The audit trail of the bank.')
    .addHelpText('after', EXAMPLES);
  audit
    .command('verify')
    .summary('check every chain and every seal')
    .description(
      'Checks the audit trail: every event of every authorization, in its order, and every seal over them. ' +
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

const EXAMPLES = `
Examples:
  $ lupa audit verify
  $ lupa audit verify --data /tmp/bank --json
  $ LUPA_DATABASE_URL=postgres://localhost/lupa lupa audit verify`;

const DETAILS = `
While the sandbox runs it is asked itself; otherwise its store is opened. With
LUPA_DATABASE_URL set, that PostgreSQL is checked, whether a bank runs on it or
not.

Whoever can write to the whole database could write it anew, hashes and all.
Against that, keep the newest seal it prints somewhere else: its number and hash
must be found again in the table audit_seals.
${EXAMPLES}

Exit codes: 0 every link holds; 1 one does not, or it could not be checked;
2 wrong usage.`;
