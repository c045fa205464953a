import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../../../../test/support/postgres.ts';
import { type PostgresPair, startPostgresPair } from '../../../../test/support/postgres-pair.ts';
import { PgDatabase } from '../../src/adapters/postgres/pg-database.ts';

const CREATE = 'CREATE TABLE notes (note integer PRIMARY KEY)';
const WRITE = { name: 'test-write', text: 'INSERT INTO notes (note) VALUES ($1)' };
const READ = { name: 'test-read', text: 'SELECT note FROM notes ORDER BY note' };
const WHERE = {
  name: 'test-where',
  text: 'SELECT inet_server_port() AS port, current_database() AS database, pg_is_in_recovery() AS standby',
};
/** What an operator does who takes a server out of use: this connection takes no writes any more. */
const NO_MORE_WRITES = {
  name: 'test-no-more-writes',
  text: "SELECT set_config('default_transaction_read_only', 'on', false)",
};
const REFUSE_WRITES = (database: string) => `ALTER DATABASE ${database} SET default_transaction_read_only = on`;

let next = 0;
const note = () => {
  next += 1;
  return next;
};
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function open(url: string | readonly string[], lanes = 2): PgDatabase {
  const database = new PgDatabase({ url, lanes, transactions: 2 });
  closing.push(() => database.close());
  return database;
}
const notes = async (database: PgDatabase) => (await database.query<{ note: number }>(READ, [])).map((row) => row.note);
/** Where lanes and transactions go. */
async function whereabouts(database: PgDatabase): Promise<{ port: number; database: string; standby: boolean }[]> {
  type Where = { port: number; database: string; standby: boolean };
  const ask = () => database.query<Where>(WHERE, []);
  const inside = () => database.transaction((transaction) => transaction.query<Where>(WHERE, []));
  return (await Promise.all([ask(), ask(), ask(), inside(), inside()])).flat();
}

describe('several addresses, of which one takes writes', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let urls: string[];
  const nameOf = (url: string | undefined) => new URL(url ?? '').pathname.slice(1);
  before(async () => {
    server = await startPostgres();
    urls = await Promise.all(Array.from({ length: 2 }, () => server.createDatabase()));
    for (const url of urls) {
      const admin = open(url);
      await admin.transaction((inside) => inside.script(CREATE));
    }
    const admin = open(server.url);
    // The first one named is the one that takes none.
    await admin.transaction((inside) => inside.script(REFUSE_WRITES(nameOf(urls[0]))));
  });
  after(() => server.stop());

  test('every connection goes to that one, wherever it stands in the list', async () => {
    const database = open(urls);
    const changes: unknown[] = [];
    database.onServerChange((change) => changes.push(change));
    assert.deepEqual(new Set((await whereabouts(database)).map((place) => place.database)), new Set([nameOf(urls[1])]));
    assert.deepEqual(changes, [], 'the one that is found first takes nobody’s place');
  });

  test('alone, a server that takes no writes still answers', async () => {
    const database = open(urls[0] ?? '');
    assert.equal((await whereabouts(database))[0]?.database, nameOf(urls[0]));
    await assert.rejects(database.query(WRITE, [note()]), { code: 'UNAVAILABLE' });
  });

  test('where none takes writes everything is UNAVAILABLE', async () => {
    const database = open([urls[0] ?? '', 'postgres://nobody@127.0.0.1:1/none']);
    await assert.rejects(database.query(WRITE, [note()]), { code: 'UNAVAILABLE' });
    await assert.rejects(database.query(READ, []), { code: 'UNAVAILABLE' });
    await assert.rejects(
      database.transaction((inside) => inside.query(READ, [])),
      { code: 'UNAVAILABLE' },
    );
  });

  test('a write that is refused because its server takes none any more is done once, on the one that does', async () => {
    const database = open(urls, 1);
    const changes: unknown[] = [];
    database.onServerChange((change) => changes.push(change));
    await database.query(NO_MORE_WRITES, []);
    const written = note();
    await database.query(WRITE, [written]);
    assert.equal((await notes(database)).filter((one) => one === written).length, 1);
    assert.deepEqual(changes, [], 'a server that is found again is no other one');
  });

  test('so is a transaction, whole and from its start', async () => {
    const database = open(urls);
    const written = [note(), note()];
    let attempts = 0;
    await database.transaction(async (inside) => {
      attempts += 1;
      if (attempts === 1) {
        await inside.query({ name: 'test-read-only', text: 'SET TRANSACTION READ ONLY' }, []);
      }
      for (const one of written) await inside.query(WRITE, [one]);
    });
    assert.equal(attempts, 2);
    assert.deepEqual(
      (await notes(database)).filter((one) => written.includes(one)),
      written,
    );
  });
});

describe('two servers with synchronous replication', () => {
  let pair: PostgresPair;
  let urls: readonly [string, string];
  let gate: Gate;
  before(async () => {
    pair = await startPostgresPair();
    urls = await pair.createDatabase();
    gate = await Gate.before(pair.primary.port);
    const throughGate = new URL(urls[0]);
    throughGate.port = String(gate.port);
    urls = [throughGate.href, urls[1]];
  });
  after(async () => {
    await gate.close();
    await pair.stop();
  });

  test('a primary that hangs is left for the standby that took over, and nothing acknowledged is lost', async () => {
    // One lane, so that the next write waits behind the one that is not answered.
    const database = open(urls, 1);
    const changes: unknown[] = [];
    database.onServerChange((change) => changes.push(change));
    await database.transaction((inside) => inside.script(CREATE));
    const acknowledged: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const written = note();
      await database.query(WRITE, [written]);
      acknowledged.push(written);
    }
    gate.freeze();
    // It was sent, and no answer comes: not to be done again by anybody but who asked for it.
    const unanswered = database.query(WRITE, [note()]);
    const unansweredTransaction = database.transaction((inside) => inside.query(WRITE, [note()]));
    const outcomes = Promise.allSettled([unanswered, unansweredTransaction]);
    pair.primary.kill('SIGKILL');
    await pair.promote();
    for (let isWritten = false; !isWritten; await sleep(50)) {
      const written = note();
      isWritten = await database.query(WRITE, [written]).then(
        () => true,
        (error: { code: string }) => {
          assert.match(error.code, /^(?:UNAVAILABLE|OUTCOME_UNKNOWN)$/);
          return false;
        },
      );
      if (isWritten) acknowledged.push(written);
    }
    const [single] = await outcomes;
    assert.ok(single.status === 'rejected');
    assert.equal(single.reason.code, 'OUTCOME_UNKNOWN');
    // The connection was cut as soon as another server was in charge; nobody waited for the longest time an answer may take.
    assert.match(String(single.reason.cause.cause), /Connection terminated/);
    const places = await whereabouts(database);
    assert.deepEqual(new Set(places.map(({ port }) => port)), new Set([pair.standby.port]));
    const [from, to] = urls.map((url) => `${new URL(url).host}${new URL(url).pathname}`);
    assert.deepEqual(changes, [{ from, to }], 'the change is told once');
    const kept = new Set(await notes(database));
    assert.deepEqual(
      acknowledged.filter((one) => !kept.has(one)),
      [],
    );
  });

  test('the former primary, back as a standby, has no connection of ours', async () => {
    gate.thaw();
    await pair.follow();
    const database = open(urls);
    const written = note();
    await database.query(WRITE, [written]);
    const places = await whereabouts(database);
    assert.deepEqual(
      new Set(places.map(({ port, standby }) => `${port} ${standby}`)),
      new Set([`${pair.standby.port} false`]),
    );
    const former = open(urls[0]);
    assert.equal((await whereabouts(former))[0]?.standby, true);
    await assert.rejects(former.query(WRITE, [note()]), { code: 'UNAVAILABLE' });
  });
});

/** Stands before a server, and can stop passing anything on, as a machine does that lost its power. */
class Gate {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #state: { frozen: boolean };

  private constructor(server: Server, port: number, sockets: Set<Socket>, state: { frozen: boolean }) {
    this.#server = server;
    this.port = port;
    this.#sockets = sockets;
    this.#state = state;
  }

  static before(target: number): Promise<Gate> {
    const sockets = new Set<Socket>();
    const state = { frozen: false };
    const server = createServer((caller) => {
      const callee = connect(target, '127.0.0.1');
      for (const [from, to] of [
        [caller, callee],
        [callee, caller],
      ] as const) {
        sockets.add(from);
        from.on('data', (bytes) => void (state.frozen || to.write(bytes)));
        from.on('error', () => undefined);
        from.on('close', () => void (state.frozen || to.destroy()));
      }
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(new Gate(server, typeof address === 'object' && address ? address.port : 0, sockets, state));
      });
    });
  }

  freeze(): void {
    this.#state.frozen = true;
  }

  thaw(): void {
    this.#state.frozen = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
