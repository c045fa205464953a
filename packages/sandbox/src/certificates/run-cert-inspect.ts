import type { ExitCode } from '../exit-code.ts';
import { painter } from '../print/paint.ts';
import { NothingToInspect } from './inspect-finding.ts';
import { describeReport } from './inspect-print.ts';
import { type CertificateReport, reportOn } from './inspect-report.ts';
import { findCertificates } from './inspect-source.ts';
import { findTrust } from './inspect-trust.ts';

/** The command line's options. */
export interface CertInspectOptions {
  readonly trust?: string;
  readonly data: string;
  readonly json?: boolean;
}

/** Explains the certificates of a file or a server. @returns 0 when a bank takes all of them */
export async function runCertInspect(
  source: string,
  { trust: given, data, json }: CertInspectOptions,
): Promise<ExitCode> {
  let trustFile: string | undefined;
  const reports: CertificateReport[] = [];
  try {
    const trust = await findTrust(given, data);
    trustFile = trust?.file;
    const at = new Date();
    for (const finding of await findCertificates(source)) reports.push(await reportOn(finding, at, trust));
  } catch (error) {
    if (!(error instanceof NothingToInspect)) throw error;
    process.stderr.write(`${painter(process.stderr)('red', 'lupa cert inspect:')} ${error.message}\n`);
    return 1;
  }
  const acceptable = reports.every((report) => report.acceptable);
  const answer = { source, acceptable, trust: trustFile ?? null, certificates: reports };
  const paint = painter(process.stdout);
  process.stdout.write(
    json ? `${JSON.stringify(answer)}\n` : reports.map((report) => describeReport(report, trustFile, paint)).join('\n'),
  );
  return acceptable ? 0 : 1;
}
