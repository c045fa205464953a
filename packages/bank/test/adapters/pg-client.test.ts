import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { type Postgres, startPostgres } from '../../../../test/support/postgres.ts';
import { ServerClient } from '../../src/adapters/postgres/pg-client.ts';
import { ConnectionLost, runPrepared } from '../../src/adapters/postgres/pg-connection.ts';

const ECHO = { name: 'echo', text: 'SELECT $1::int AS value' };

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
