import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot and start time of the process; `null` where the system does not tell. */
  readonly birth: string | null;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, birth: birthOf(process.pid) };
}

/** Whether that very process still runs. */
export function isAlive({ pid, birth }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = birthOf(pid);
  return birth === null || now === null || birth === now;
}

/** Reads an identity from parsed JSON; `undefined` when it is none. */
export function parseIdentity(json: unknown): ProcessIdentity | undefined {
  if (typeof json !== 'object' || json === null || !('pid' in json)) return undefined;
  const { pid } = json;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { pid, birth: 'birth' in json && typeof json.birth === 'string' ? json.birth : null };
}

/** Field 22 of `/proc/PID/stat` (proc(5)), counted after the name, which may itself hold spaces and brackets. */
function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [startTicks] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(19);
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return startTicks === undefined ? null : `${boot}/${startTicks}`;
  } catch {
    return null;
  }
}
