import { type AuditReport, verifyStoredAuditTrail } from '@lupa/bank';
import type { ExitCode } from '../exit-code.ts';
import { type DataDirectory, dataDirectory } from '../files/data-directory.ts';
import { findRunningSandbox } from '../files/running-sandbox.ts';
import { AUDIT_PATH } from '../pages/sandbox-pages.ts';
import { painter } from '../print/paint.ts';
import { whyStoreFailed } from '../print/why-store-failed.ts';
import { describeAudit } from './describe-audit.ts';

/** The command line's options. */
export interface AuditVerifyOptions {
  readonly data: string;
  readonly json?: boolean;
}

/** Checks the audit trail and prints what it found. @returns the exit code */
export async function runAuditVerify({ data, json }: AuditVerifyOptions): Promise<ExitCode> {
  let report: AuditReport;
  try {
    report = await verify(dataDirectory(data), process.env.LUPA_DATABASE_URL ?? '');
  } catch (error) {
    const reason = whyStoreFailed(error, 'The audit trail was not checked.');
    process.stderr.write(`${painter(process.stderr)('red', 'lupa audit verify:')} ${reason}\n`);
    return 1;
  }
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : describeAudit(report, painter(process.stdout)));
  return report.ok ? 0 : 1;
}

async function verify(directory: DataDirectory, databaseUrl: string): Promise<AuditReport> {
  if (databaseUrl !== '') return verifyStoredAuditTrail({ kind: 'postgres', url: databaseUrl });
  const running = await findRunningSandbox(directory);
  if (running === undefined) return verifyStoredAuditTrail({ kind: 'pglite', directory: directory.store });
  // Two processes on one PGlite directory would lose each other's rows, so the one that has it looks for us.
  const answer = await fetch(`${running.authorize}${AUDIT_PATH}`);
  if (!answer.ok) throw new Error(`The running sandbox answered ${answer.status} to ${AUDIT_PATH}. Look at its log.`);
  return (await answer.json()) as AuditReport;
}
