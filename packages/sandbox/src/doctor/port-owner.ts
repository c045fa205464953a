import { readdir, readFile, readlink } from 'node:fs/promises';

/** `LISTEN` of /proc/net/tcp (linux/include/net/tcp_states.h). */
const LISTENING = '0A';

/** Who listens on a port. */
export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}

/** Finds the process that listens on a port; `undefined` where the system does not tell us. */
export async function portOwner(port: number): Promise<PortOwner | undefined> {
  const sockets = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const inode of listenersIn(await readFile(table, 'utf8').catch(() => ''), port)) {
      sockets.add(`socket:[${inode}]`);
    }
  }
  if (sockets.size === 0) return undefined;
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    if (!(await holdsOneOf(pid, sockets))) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return { pid: Number(pid), name: name.trim() };
  }
  return undefined;
}

/** Inodes of the sockets that listen on `port` (proc_net_tcp: address, state and inode are fields 2, 4 and 10). */
function listenersIn(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, address = '', , state] = fields;
    const inode = fields[9];
    return state === LISTENING && address.endsWith(`:${wanted}`) && inode !== undefined ? [inode] : [];
  });
}

/** Processes of others cannot be looked into, and some end while we look. */
async function holdsOneOf(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    if (sockets.has(target)) return true;
  }
  return false;
}
