import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryInUse, lockDirectory } from '../files/directory-lock.ts';
import { hasCode, isMissing } from '../files/private-file.ts';
import { findRunningSandbox } from '../files/running-sandbox.ts';
import { isFree } from '../free-port.ts';
import { shellQuoted } from '../print/shell-quoted.ts';
import { type Check, type Finding, fault, warning, well } from './examination.ts';
import type { Patient } from './patient.ts';
import { portOwner } from './port-owner.ts';

/** As `engines` of the package has it. */
const OLDEST_NODE = 20;

/** The machine: Node, the data directory, the ports. Nothing here needs a bank. */
export function machineChecks(patient: Patient): readonly Check[] {
  return [nodeCheck(patient), directoryCheck(patient), modesCheck(patient), ...portChecks(patient)];
}

function nodeCheck({ nodeVersion }: Patient): Check {
  return {
    id: 'node',
    name: 'Node version',
    expected: `${OLDEST_NODE} or later`,
    look: async () => {
      const major = Number(/^v?(\d+)\./.exec(nodeVersion)?.[1]);
      if (major >= OLDEST_NODE) return well(nodeVersion);
      return fault(nodeVersion, `Install Node ${OLDEST_NODE} or later: https://nodejs.org`);
    },
  };
}

function directoryCheck(patient: Patient): Check {
  const { files } = patient;
  return {
    id: 'data-directory',
    name: 'data directory',
    expected: 'there with its lock free or held by its sandbox, or not made yet',
    look: async () => {
      const kind = await kindOf(files.path);
      if (kind === 'missing') return well(`${files.path} is not made yet; lupa up makes it`);
      if (kind === 'file') return fault(`${files.path} is a file`, 'Name a directory with --data.');
      patient.running = await runningOf(patient);
      if (patient.running !== undefined) {
        const { pid, authorize } = patient.running;
        return well(`${files.path}, in use by the sandbox at ${authorize} (process ${pid})`);
      }
      return lockFinding(patient);
    },
  };
}

/** A file of a killed sandbox may be half of anything. */
async function runningOf({ files }: Patient) {
  return findRunningSandbox(files).catch(() => undefined);
}

async function lockFinding({ files }: Patient): Promise<Finding> {
  // Taking a lock makes its file; where there is none nobody can hold it.
  if ((await kindOf(files.lock)) === 'missing') return well(`${files.path}, not in use`);
  try {
    lockDirectory(files.lock).release();
    return well(`${files.path}, not in use`);
  } catch (error) {
    if (error instanceof DirectoryInUse) {
      return warning(
        `${files.path} is in use by a process that does not say where it is`,
        'A sandbox may just be starting or ending: look again. Otherwise end the process that holds it.',
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    return fault(
      `its lock cannot be taken: ${reason}`,
      `Make sure that you own ${files.path}, or name another with --data.`,
    );
  }
}

function modesCheck({ files, tppDirectory }: Patient): Check {
  return {
    id: 'file-modes',
    name: 'modes of key files',
    expected: 'readable by their owner alone',
    needs: ['data-directory'],
    look: async () => {
      const directories = [
        join(files.path, 'bank'),
        files.tpp.directory,
        ...(tppDirectory === undefined ? [] : [tppDirectory]),
      ];
      const checked = (await Promise.all(directories.map(filesIn))).flat();
      const open = checked.filter(({ isOpen }) => isOpen).map(({ path }) => path);
      const [first] = open;
      if (first === undefined)
        return well(checked.length === 0 ? 'no files yet' : `${checked.length} files, all of them`);
      const more = open.length === 1 ? '' : ` and ${open.length - 1} more`;
      return fault(`others may read ${first}${more}`, `chmod go-rwx ${open.map(shellQuoted).join(' ')}`);
    },
  };
}

/** Windows has no modes to speak of. */
const GROUP_AND_OTHERS = process.platform === 'win32' ? 0 : 0o077;

async function filesIn(directory: string): Promise<{ path: string; isOpen: boolean }[]> {
  const names = await readdir(directory).catch(() => []);
  const paths = names.filter(holdsSecret).map((name) => join(directory, name));
  return Promise.all(
    paths.map(async (path) => ({
      path,
      isOpen: (((await stat(path).catch(() => undefined))?.mode ?? 0) & GROUP_AND_OTHERS) !== 0,
    })),
  );
}

/** Private keys, secrets and what a customer approved; certificates and public keys are everybody's. */
function holdsSecret(name: string): boolean {
  return /\.pem$|^(?:secrets|signing-keys|private-jwks|latest-approval)\.json$|^registration-result\.txt$/.test(name);
}

const PORT_NAMES = { api: 'the payments API', authorize: 'the bank for browsers', shop: 'the shop' } as const;

function portChecks(patient: Patient): Check[] {
  return (['api', 'authorize', 'shop'] as const).map((which) => {
    const port = patient.ports[which];
    return {
      id: `port-${port}`,
      name: `port ${port}`,
      expected: `free for ${PORT_NAMES[which]}, or taken by this sandbox`,
      look: async () => {
        if (await isFree(port)) return well('free');
        if (isOwn(patient, port)) return well('taken by the sandbox of this directory');
        const owner = await portOwner(port);
        const who = owner === undefined ? 'another program' : `${owner.name} (process ${owner.pid})`;
        return warning(`taken by ${who}`, `lupa up moves to the next free port. End ${who} to have this one.`);
      },
    };
  });
}

function isOwn({ running }: Patient, port: number): boolean {
  const addresses = [running?.api, running?.authorize, running?.shop];
  return addresses.some((address) => typeof address === 'string' && Number(new URL(address).port) === port);
}

async function kindOf(path: string): Promise<'missing' | 'file' | 'directory'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    if (isMissing(error) || hasCode(error, 'ENOTDIR')) return 'missing';
    throw error;
  }
}
