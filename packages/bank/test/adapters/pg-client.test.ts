import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { type Postgres, startPostgres } from '../../../../test/support/postgres.ts';
import { ServerClient } from '../../src/adapters/postgres/pg-client.ts';
import { ConnectionLost, runPrepared } from '../../src/adapters/postgres/pg-connection.ts';
import { PgDatabase } from '../../src/adapters/postgres/pg-database.ts';

const ECHO = { name: 'echo', text: 'SELECT $1::int AS value' };

/** Hands bytes on to PostgreSQL until it is told to keep the answers to itself. */
async function silentProxy(target: URL) {
  let isSilent = false;
  const server = createServer((caller) => {
    const called = connect(Number(target.port), target.hostname);
    caller.pipe(called);
    called.on('data', (bytes) => isSilent || caller.write(bytes));
    for (const [one, other] of [[caller, called] as const, [called, caller] as const]) {
      one.on('error', () => {}).on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  const silence = () => {
    isSilent = true;
  };
  return { url: url.href, silence, close: () => server.close() };
}

describe('a connection that gathers', () => {
  let postgres: Postgres;
  let client: ServerClient;

  before(async () => {
    postgres = await startPostgres();
    client = new ServerClient(await postgres.createDatabase());
    await client.connect();
  });

  after(async () => {
    await client.end();
    await postgres.stop();
  });

  const ask = (value: number) => {
    client.gather();
    return runPrepared<{ value: number }>(client, ECHO, [value]);
  };

  it('sends what is asked in one turn together at its end, and every answer reaches whoever asked', async () => {
    await ask(0);
    const asked = [1, 2, 3].map(ask);
    const { stream } = client.connection;
    assert.ok(stream.writableLength > 0, 'something was sent before the turn ended');
    await endOfTurn();
    assert.equal(stream.writableCorked, 0);
    const answers = await Promise.all(asked);
    assert.deepEqual(
      answers.map(([row]) => row?.value),
      [1, 2, 3],
    );
  });

  it('sends without being asked for more: one statement alone does not wait for another', async () => {
    assert.deepEqual(await ask(4), [{ value: 4 }]);
    assert.deepEqual(await ask(5), [{ value: 5 }]);
  });

  it('is given up when its answers stay away, and whoever writes is told that the outcome is unknown', async () => {
    const proxy = await silentProxy(new URL(client.address));
    const database = new PgDatabase({ url: proxy.url, lanes: 1, statementLimitMs: 50 });
    await database.query(ECHO, [1]);
    proxy.silence();
    const write = { name: 'write', text: 'CREATE TEMPORARY TABLE never_told AS SELECT 1' };
    await assert.rejects(database.query(write, []), { code: 'OUTCOME_UNKNOWN' });
    await database.close();
    proxy.close();
  });

  it('tells whoever asked when the connection is cut before the turn ends', async () => {
    const other = new ServerClient(client.address);
    await other.connect();
    other.gather();
    const lost = runPrepared(other, ECHO, [1]);
    other.cut();
    await assert.rejects(lost, ConnectionLost);
    await endOfTurn();
  });
});
