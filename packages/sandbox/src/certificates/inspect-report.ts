import {
  type CertificateExplanation,
  type CertificateRefusal,
  type CertificateUse,
  explainCertificate,
} from '@lupa/certificates';
import type { Finding } from './inspect-finding.ts';
import type { InspectionTrust } from './inspect-trust.ts';

/** What `lupa cert inspect` says of one certificate; what `--json` prints. */
export interface CertificateReport extends Partial<CertificateExplanation> {
  /** Where it was found. */
  readonly label: string;
  /** Whether a bank takes it for the use it is made for. */
  readonly acceptable: boolean;
  /** What was not looked at: who is trusted, or what is revoked. */
  readonly unchecked: readonly ('trust' | 'revocation')[];
  /** What is wrong with where it was found, or why it cannot be read. */
  readonly problem?: string;
}

const USES: readonly CertificateUse[] = ['tls', 'signature'];

/** Explains what was found, and judges it by what is trusted and, in a sandbox, by what is revoked. */
export async function reportOn(
  finding: Finding,
  at: Date,
  trust: InspectionTrust | undefined,
): Promise<CertificateReport> {
  const { label, problem } = finding;
  const fault = problem === undefined ? {} : { problem };
  if (!('certificate' in finding)) return { label, acceptable: false, unchecked: [], ...fault };
  const { certificate, intermediates } = finding;
  const surroundings = { intermediates, ...(trust === undefined ? {} : { anchors: trust.anchors }) };
  const explanation = explainCertificate(certificate, at, surroundings);
  const revocation = await trust?.findRevocation(certificate);
  const all = (refusals: readonly CertificateRefusal[]) =>
    revocation === undefined ? refusals : [...refusals, revocation];
  const refusals = { tls: all(explanation.refusals.tls), signature: all(explanation.refusals.signature) };
  const unchecked =
    trust === undefined ? (['trust', 'revocation'] as const) : trust.knowsRevocations ? [] : (['revocation'] as const);
  const takenFor = USES.filter((use) => refusals[use].length === 0);
  return {
    label,
    acceptable: takenFor.length > 0 && problem === undefined,
    unchecked,
    ...fault,
    ...explanation,
    refusals,
    takenFor,
  };
}
