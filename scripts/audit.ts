import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';

/**
 * `npm run audit`: asks the registry, through npm, for known weaknesses of what the lock file names. A registry that keeps no
 * advisories (a mirror, a machine without a network) is no weakness: it says so, and ends well. `npm test` does not need it.
 */
export interface AuditReport {
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly name: string; readonly severity: string; readonly range: string }>
  >;
  readonly error?: { readonly code?: string; readonly summary?: string };
  readonly message?: string;
}

/** @returns what to print, and whether anything has to be done */
export function judgeAudit(text: string): { readonly said: string; readonly isWeak: boolean } {
  const report = parse(text);
  if (report?.vulnerabilities === undefined) {
    const why = report?.error?.summary || report?.message || 'npm gave no report';
    return { said: `Not audited: the registry has no advisories to ask for (${why}).\n`, isWeak: false };
  }
  const found = Object.values(report.vulnerabilities);
  if (found.length === 0) return { said: 'No known weakness in any package of the lock file.\n', isWeak: false };
  const lines = found.map(({ name, severity, range }) => `${severity}: ${name} ${range}\n`);
  return { said: `${lines.join('')}Update these packages, or say in docs/decisions why not.\n`, isWeak: true };
}

function parse(text: string): AuditReport | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const { stdout } = spawnSync('npm', ['audit', '--json', '--package-lock-only', '--audit'], {
    cwd: dirname(import.meta.dirname),
    encoding: 'utf8',
    timeout: 60_000,
  });
  const { said, isWeak } = judgeAudit(stdout ?? '');
  process.stdout.write(said);
  process.exitCode = isWeak ? 1 : 0;
}
