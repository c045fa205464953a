import type { ExitCode } from '../exit-code.ts';
import { dataDirectory } from '../files/data-directory.ts';
import { painter } from '../print/paint.ts';
import { DEFAULT_PORTS } from '../sandbox-ports.ts';
import { bankChecks } from './bank-checks.ts';
import { callChecks } from './call-checks.ts';
import { describeResult, describeVerdict } from './describe-results.ts';
import { examine, type Result } from './examination.ts';
import { machineChecks } from './machine-checks.ts';
import type { Examined, Patient } from './patient.ts';
import { signingChecks, tppChecks } from './tpp-checks.ts';

/** The command line's options. */
export interface DoctorOptions {
  readonly bank?: string;
  readonly tpp?: string;
  readonly data: string;
  readonly json?: boolean;
}

/** Looks at everything and prints what it found. @returns the exit code: 1 when something fails */
export async function runDoctor({ bank, tpp, data, json }: DoctorOptions): Promise<ExitCode> {
  const paint = painter(process.stdout);
  const tell = json ? undefined : (result: Result) => process.stdout.write(describeResult(result, paint));
  const examined: Examined = {
    files: dataDirectory(data),
    ...(tpp === undefined ? {} : { tppDirectory: tpp }),
    ...(bank === undefined ? {} : { bank }),
    now: () => new Date(),
    nodeVersion: process.version,
    ports: DEFAULT_PORTS,
  };
  const results = await diagnose(examined, tell);
  const isWell = results.every(({ level }) => level !== 'fail');
  process.stdout.write(json ? `${JSON.stringify({ ok: isWell, checks: results })}\n` : describeVerdict(results, paint));
  return isWell ? 0 : 1;
}

/** Every check, in the order in which a fault is best mended. */
export async function diagnose(examined: Examined, tell?: (result: Result) => void): Promise<Result[]> {
  const patient: Patient = { ...examined };
  const checks = [
    ...machineChecks(patient),
    ...tppChecks(patient),
    ...bankChecks(patient),
    ...signingChecks(patient),
    ...callChecks(patient),
  ];
  try {
    return await examine(checks, tell);
  } finally {
    patient.tpp?.close();
  }
}
