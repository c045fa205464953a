import type { CertificateName, CertificateRefusal, CertificateUse } from '@lupa/certificates';
import { columns } from '../print/columns.ts';
import type { Paint } from '../print/paint.ts';
import type { CertificateReport } from './inspect-report.ts';

/** The report for a person: what it is, whose, for how long; and what a bank says to it. */
export function describeReport(report: CertificateReport, trustFile: string | undefined, paint: Paint): string {
  const lines = [
    `${paint('bold', report.label)}${report.description === undefined ? '' : `: ${report.description}`}`,
    ...columns(factsOf(report, trustFile).map(([name, value]) => [paint('dim', name), value])),
    '',
    ...verdictOn(report, paint),
    ...(report.remarks ?? []).map((remark) => `  ${paint('yellow', 'note')}  ${remark}`),
  ];
  // Names are their owner's choice; what would steer the terminal is not printed.
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}

function factsOf(report: CertificateReport, trustFile: string | undefined): [name: string, value: string][] {
  const { subject, issuer, psd2, notBefore, notAfter, daysLeft = 0 } = report;
  if (subject === undefined || issuer === undefined || notBefore === undefined || notAfter === undefined) return [];
  const roles = psd2?.roles.map(({ role, description }) => `${description} (${role})`).join(', ');
  const uses = [report.keyUsage, report.extendedKeyUsage]
    .map((list = []) => list.join(', '))
    .filter((list) => list !== '');
  const left = daysLeft < 0 ? `expired ${-daysLeft} days ago` : `${daysLeft} days left`;
  return [
    ['organisation', nameOf(subject)],
    ['registered as', report.organisationId ?? 'none'],
    ['authority', psd2 === undefined ? 'none' : `${psd2.ncaName} (${psd2.ncaId})`],
    ['roles', roles === undefined || roles === '' ? 'none' : roles],
    ['issuer', nameOf(issuer)],
    ['valid', `${dayOf(notBefore)} to ${dayOf(notAfter)}, ${left}`],
    ['key', `${report.key}; the certificate is signed with ${report.signature}`],
    ['usage', uses.join('; ') || 'not restricted'],
    ['revocation', report.crlUrls?.join(', ') || 'names no list'],
    ['serial', report.serial ?? ''],
    ['x5t#S256', report.thumbprint ?? ''],
    ['trust', trustOf(report, trustFile)],
  ];
}

function trustOf({ chain }: CertificateReport, trustFile: string | undefined): string {
  if (trustFile === undefined) return 'not looked at: name the trusted authorities with --trust';
  if (chain === undefined) return `not signed by an authority in ${trustFile}`;
  return `${chain.map((name) => name.commonName ?? name.organization ?? '(no name)').join(' < ')}, of ${trustFile}`;
}

function verdictOn(report: CertificateReport, paint: Paint): string[] {
  const { kind, takenFor = [], problem, refusals } = report;
  if (report.acceptable) {
    const uses = takenFor.map((use) => WORDS[use]).join(' and ');
    return [`${paint('green', 'A bank takes it')} ${uses}${provisoOf(report)}.`];
  }
  const faults = problem === undefined ? [] : [`  ${problem}`];
  return [
    `${paint('red', 'A bank refuses it')}:`,
    ...faults,
    ...usesOf(kind).flatMap((use) => describeRefusals(use, refusals?.[use] ?? [], paint)),
  ];
}

function provisoOf({ unchecked }: CertificateReport): string {
  if (unchecked.includes('trust')) return ', if it trusts the issuer and that has not revoked it';
  return unchecked.includes('revocation') ? ', if the issuer has not revoked it' : '';
}

const WORDS: Readonly<Record<CertificateUse, string>> = { tls: 'under TLS', signature: 'for signatures' };

/** A QWAC that no signature is taken by is nothing to mend; of what is neither, one cannot know what it was to be. */
function usesOf(kind: CertificateReport['kind']): readonly CertificateUse[] {
  if (kind === 'qwac') return ['tls'];
  return kind === 'qsealc' ? ['signature'] : ['tls', 'signature'];
}

function describeRefusals(use: CertificateUse, refusals: readonly CertificateRefusal[], paint: Paint): string[] {
  if (refusals.length === 0) return [];
  const rows = refusals.map(({ code, message }) => [paint('red', code), message]);
  return [`  ${WORDS[use]}`, ...columns(rows, '    ')];
}

function nameOf({ commonName, organization, country }: CertificateName): string {
  const names = [...new Set([organization, commonName])].filter((name) => name !== undefined);
  return [...names, ...(country === undefined ? [] : [country])].join(', ') || '(no name)';
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function printable(line: string): string {
  return line.replaceAll(/[\p{Cf}\p{Co}\p{Cs}]/gu, '?');
}
