import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A running HAProxy. */
export interface Haproxy {
  end(): Promise<void>;
}

const EXAMPLES = fileURLToPath(new URL('../../examples/haproxy/', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const PACKAGES = ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1', 'libpcre2-8-0'];

/**
 * Starts Debian's HAProxy on one of the repository's example configurations.
 *
 * @param example its name without `.cfg`
 * @param environment what the configuration asks of its environment
 * @param ports resolves when these take connections
 */
export async function startHaproxy(
  example: string,
  environment: Readonly<Record<string, string>>,
  ports: readonly number[],
): Promise<Haproxy> {
  const { program, libraries } = findHaproxy();
  const child = spawn(program, ['-db', '-f', join(EXAMPLES, `${example}.cfg`)], {
    env: { ...process.env, ...environment, ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const endWithTest = () => child.kill('SIGKILL');
  process.once('exit', endWithTest);
  const exited = once(child, 'exit').finally(() => process.off('exit', endWithTest));
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await sleep(50)) {
    if ((await Promise.all(ports.map(takesConnections))).every(Boolean)) return { end };
    if (child.exitCode !== null || Date.now() > deadline) {
      await end();
      throw new Error(`HAProxy does not take connections. It said:\n${said}`);
    }
  }
}

/** On the path, or in the directory an earlier test put it; else it is fetched from Debian. */
function findHaproxy(): { program: string; libraries?: string } {
  const installed = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/usr/bin/haproxy'].find(existsSync);
  if (installed !== undefined) return { program: installed };
  if (process.getuid?.() === 0) {
    // The package would start a service of its own, which nobody asked for.
    const policy = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    // A machine that was never updated knows no packages yet.
    for (const before of [[], ['update']]) {
      if (before.length > 0) spawnSync('apt-get', before);
      spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'haproxy'], { env: policy });
      if (existsSync('/usr/sbin/haproxy')) return { program: '/usr/sbin/haproxy' };
    }
  }
  return unpackedHaproxy();
}

/** Without root the package can be unpacked, with the libraries that few machines have. */
function unpackedHaproxy(): { program: string; libraries: string } {
  const home = join(tmpdir(), `lupa-haproxy-${process.getuid?.() ?? 0}`);
  const program = join(home, 'usr', 'sbin', 'haproxy');
  if (!existsSync(program)) {
    const aside = mkdtempSync(`${home}-making-`);
    const packages = join(aside, 'packages');
    mkdirSync(packages);
    const fetched = spawnSync('apt-get', ['download', ...PACKAGES], { cwd: packages, encoding: 'utf8' });
    const files = readdirSync(packages).filter((name) => name.endsWith('.deb'));
    for (const file of files) spawnSync('dpkg-deb', ['-x', join(packages, file), aside]);
    if (!existsSync(join(aside, 'usr', 'sbin', 'haproxy'))) {
      rmSync(aside, { recursive: true, force: true });
      throw new Error(`These tests need HAProxy: apt-get install haproxy. (${fetched.stderr})`);
    }
    try {
      renameSync(aside, home);
    } catch {
      // Another test was first.
      rmSync(aside, { recursive: true, force: true });
    }
  }
  const libraries = join(home, 'usr', 'lib');
  const [architecture = ''] = readdirSync(libraries).filter((name) => name.includes('-linux-'));
  return { program, libraries: join(libraries, architecture) };
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
