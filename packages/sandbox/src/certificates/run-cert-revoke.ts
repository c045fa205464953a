import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CertificateError, type PaymentCertificate, readCertificates } from '@lupa/certificates';
import type { ExitCode } from '../exit-code.ts';
import { type DataDirectory, dataDirectory } from '../files/data-directory.ts';
import { findRunningSandbox } from '../files/running-sandbox.ts';
import { columns } from '../print/columns.ts';
import { type Paint, painter } from '../print/paint.ts';
import { NothingToInspect } from './inspect-finding.ts';
import type { RevocationReason } from './revocation.ts';
import { NotRevoked, type RevokedCertificate, revokeCertificate } from './revoke-certificate.ts';

/** The command line's options. */
export interface CertRevokeOptions {
  readonly data: string;
  readonly reason: RevocationReason;
  readonly key?: string;
  readonly json?: boolean;
}

/** What the bank promises of a revocation (issue of the list, its fetching, its being obeyed on open connections). */
const REFUSED_WITHIN_SECONDS = 60;

/** Revokes a certificate and says from when on the bank refuses it. @returns the exit code */
export async function runCertRevoke(
  file: string,
  { data, reason, key: kid, json }: CertRevokeOptions,
): Promise<ExitCode> {
  const directory = dataDirectory(data);
  let revoked: RevokedCertificate;
  try {
    revoked = await revokeCertificate(directory, { file, kid, reason }, new Date());
  } catch (error) {
    if (!(error instanceof NotRevoked || error instanceof NothingToInspect)) throw error;
    process.stderr.write(`${painter(process.stderr)('red', 'lupa cert revoke:')} ${error.message}\n`);
    return 1;
  }
  const running = await findRunningSandbox(directory);
  if (json) {
    const { serial, revokedAt, reason: why } = revoked.revocation;
    const refusedWithinSeconds = running === undefined ? null : REFUSED_WITHIN_SECONDS;
    const line = { serial, revokedAt, reason: why, alreadyRevoked: revoked.isOld, refusedWithinSeconds };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return 0;
  }
  const renewal = await demoTppFile(directory, revoked.certificate);
  process.stdout.write(describe(revoked, running !== undefined, renewal, painter(process.stdout)));
  return 0;
}

function describe(
  { certificate, revocation, isOld }: RevokedCertificate,
  isRunning: boolean,
  demoTpp: string | undefined,
  paint: Paint,
): string {
  const { subject, serial } = certificate;
  const lines = [
    paint('bold', isOld ? 'It was revoked already, and stays revoked.' : 'Revoked, for good.'),
    ...columns([
      ['subject', [subject.commonName, subject.organizationIdentifier].filter(Boolean).join(', ')],
      ['serial', serial],
      ['since', revocation.revokedAt],
      ['reason', revocation.reason],
    ]),
    isRunning
      ? `The sandbox is running: its bank refuses the certificate within ${REFUSED_WITHIN_SECONDS} seconds, also on\nconnections that are open already.`
      : 'No sandbox is running: its bank refuses the certificate from the next start on.',
    ...(demoTpp === undefined
      ? []
      : [`It is the demo TPP's. For a new one, delete ${demoTpp}\nand start the sandbox again.`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The file to delete, where the certificate is one that the sandbox itself keeps. */
async function demoTppFile({ tpp }: DataDirectory, { raw }: PaymentCertificate): Promise<string | undefined> {
  for (const path of [tpp.certificate, tpp.signingCertificate]) {
    if (existsSync(path) && (await holds(path, raw))) return path;
  }
  return undefined;
}

async function holds(path: string, der: Uint8Array): Promise<boolean> {
  try {
    return readCertificates(await readFile(path, 'utf8')).some(({ raw }) => Buffer.compare(raw, der) === 0);
  } catch (error) {
    if (error instanceof CertificateError) return false;
    throw error;
  }
}
