import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { AuthorizationId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { type AuditCoverage, GAPS_TOLD, verifyAuditCoverage } from '../../src/operations/verify-audit-coverage.ts';
import { verifyAuditTrail } from '../../src/operations/verify-audit-trail.ts';
import type { AuditTrail } from '../../src/ports/audit-trail.ts';
import { LATER, newClient, newEvent, newPayment, newToken } from './fixtures.ts';
import { afterTampering, type Sql, type Tampering, withWorkBetween } from './tampering.ts';
import { postgresForTests } from './test-databases.ts';

const CHAINS = 320;
/** Chains of which the newest event is sealed; that of the others waits. */
const SEALED = 300;
/** One row; as the gaps of these tests are placed; with no fit at all; everything at once. */
const SIZES = [1, 20, 7, 100_000];

/** In the order of their numbers, from 1 on. */
const chainId = (chain: number) => `00000000-0000-7000-8000-${chain.toString(16).padStart(12, '0')}`;
/** Every third chain has one event, the next two, the next three. */
const newestOf = (chain: number) => 1 + (chain % 3);

/** Chains that hold nothing but their places, and seals in another order than the chains': of 1 to 8, the first has 8, 16, 24, … */
async function writeTrail(sql: Sql): Promise<void> {
  await sql(
    `INSERT INTO audit_events (chain_id, sequence, previous_hash, hash, event_id, at, event, details)
     SELECT id::uuid, s, CASE WHEN s > 1 THEN sha256('') END, sha256(''), id::uuid, now(), 'tested', '{}'
     FROM (SELECT c, '00000000-0000-7000-8000-' || lpad(to_hex(c), 12, '0') AS id FROM generate_series(1, ${CHAINS}) c) chains,
       generate_series(1, 1 + c % 3) s`,
  );
  await sql(
    `INSERT INTO audit_seals (seal_number, sealed_at, head_count, root, previous_hash, hash)
     SELECT n, now(), 1, sha256(''), CASE WHEN n > 1 THEN sha256('') END, sha256('') FROM generate_series(1, 16) n`,
  );
  // Of the chains of three events the second was sealed too: eight seals before the newest, or after it, as a full seal leaves it.
  await sql(
    `INSERT INTO audit_sealed_heads (seal_number, chain_id, sequence, hash)
     SELECT CASE WHEN c % 3 = 2 AND (sequence = 2) = (c % 2 = 0) THEN 8 - c % 8 ELSE 16 - c % 8 END, chain_id, sequence, hash
     FROM audit_events JOIN generate_series(1, ${SEALED}) c ON right(chain_id::text, 12) = lpad(to_hex(c), 12, '0')
     WHERE sequence = 1 + c % 3 OR sequence = 2`,
  );
  await sql(
    `INSERT INTO audit_unsealed (chain_id, sequence)
     SELECT chain_id, sequence FROM audit_events WHERE right(chain_id::text, 12) > lpad(to_hex(${SEALED}), 12, '0')`,
  );
}

describe('the check of chains against seals, a piece at a time', () => {
  const { database } = postgresForTests();

  /** What is found with pieces of each size: always the same. */
  async function gapsAfter(tampering: Tampering): Promise<AuditCoverage> {
    const [first, ...others] = await afterTampering(
      database(),
      async (sql, trail) => {
        await writeTrail(sql);
        await tampering(sql, trail);
      },
      async (trail) => {
        const found: AuditCoverage[] = [];
        for (const size of SIZES) found.push(await verifyAuditCoverage(trail, size));
        return found;
      },
    );
    assert.ok(first !== undefined);
    for (const other of others) assert.deepEqual(other, first);
    return first;
  }

  const inChain = (kind: 'unsealed' | 'unwritten') => (chain: number, sequence: number) => ({
    kind,
    chainId: chainId(chain),
    isAuthorization: false,
    sequence,
  });
  const withoutSeal = (sequence: number) => ({
    kind: 'without-seal',
    chainId: undefined,
    isAuthorization: false,
    sequence,
  });

  test('where nothing is missing nothing is found, and what waits is counted', async () => {
    const { gaps, waitingEvents } = await gapsAfter(async () => undefined);
    assert.deepEqual(gaps, []);
    const waiting = Array.from({ length: CHAINS - SEALED }, (_, place) => newestOf(SEALED + 1 + place));
    assert.equal(
      waitingEvents,
      waiting.reduce((sum, each) => sum + each, 0),
    );
  });

  /** The first and last of pieces of 20 and of all, and one in the middle. */
  const EDGES = [1, 2, 19, 20, 21, 33, 40, 41, 299, 300];

  test('newest events that no seal covers and that wait for none, at the edges of the pieces', async () => {
    const { gaps } = await gapsAfter((sql) =>
      Promise.all(
        EDGES.map((chain) =>
          sql(
            'DELETE FROM audit_sealed_heads WHERE chain_id = $1 AND sequence = $2',
            ...[chainId(chain), newestOf(chain)],
          ),
        ),
      ),
    );
    assert.deepEqual(
      gaps,
      EDGES.map((chain) => inChain('unsealed')(chain, newestOf(chain))),
    );
  });

  test('newest events that no longer wait, up to the last of all', async () => {
    const edges = [301, 310, 319, 320];
    const { gaps } = await gapsAfter((sql) =>
      Promise.all(
        edges.map((chain) =>
          sql('DELETE FROM audit_unsealed WHERE chain_id = $1 AND sequence = $2', chainId(chain), newestOf(chain)),
        ),
      ),
    );
    assert.deepEqual(
      gaps,
      edges.map((chain) => inChain('unsealed')(chain, newestOf(chain))),
    );
  });

  test('that an earlier event of the chain waits, or a later one is sealed, makes the difference', async () => {
    const { gaps } = await gapsAfter(async (sql) => {
      // Chain 20 has three events and chain 41 too: one only waits with its first, the other is sealed beyond its last.
      for (const chain of [20, 41]) await sql('DELETE FROM audit_sealed_heads WHERE chain_id = $1', chainId(chain));
      await sql('INSERT INTO audit_unsealed VALUES ($1, 1)', chainId(20));
      await sql(`INSERT INTO audit_sealed_heads VALUES (3, $1, 4, sha256(''))`, chainId(41));
    });
    assert.deepEqual(gaps, [inChain('unsealed')(20, 3)]);
  });

  test('events that wait and are not there, before, between and behind those that are', async () => {
    const edges: readonly [number, number][] = [
      [1, 9],
      [19, 9],
      [20, 9],
      [301, 9],
      [310, 9],
      [320, 9],
      [321, 1],
    ];
    const { gaps } = await gapsAfter((sql) =>
      Promise.all(
        edges.map(([chain, place]) => sql('INSERT INTO audit_unsealed VALUES ($1, $2)', chainId(chain), place)),
      ),
    );
    assert.deepEqual(
      gaps,
      edges.map(([chain, place]) => inChain('unwritten')(chain, place)),
    );
  });

  test('seals that are gone while what they covered is there: the first, one in the middle, the last', async () => {
    const { gaps } = await gapsAfter((sql) => sql('DELETE FROM audit_seals WHERE seal_number IN (1, 11, 16)'));
    assert.deepEqual(gaps, [withoutSeal(1), withoutSeal(11), withoutSeal(16)]);
  });

  test('gaps of each kind at once, in order', async () => {
    const { gaps } = await gapsAfter(async (sql) => {
      await sql('DELETE FROM audit_sealed_heads WHERE chain_id = $1', chainId(20));
      await sql('DELETE FROM audit_unsealed WHERE chain_id = $1', chainId(320));
      await sql('INSERT INTO audit_unsealed VALUES ($1, 9)', chainId(21));
      await sql('DELETE FROM audit_seals WHERE seal_number = 9');
    });
    assert.deepEqual(gaps, [
      inChain('unsealed')(20, 3),
      inChain('unwritten')(21, 9),
      inChain('unsealed')(320, 3),
      withoutSeal(9),
    ]);
  });

  test('of a trail without any seal a hundred gaps are told', async () => {
    const { gaps } = await gapsAfter(async (sql) => {
      await sql('DELETE FROM audit_seals');
      await sql('DELETE FROM audit_sealed_heads');
    });
    assert.deepEqual(
      gaps,
      Array.from({ length: GAPS_TOLD }, (_, place) => inChain('unsealed')(place + 1, newestOf(place + 1))),
    );
  });
});

describe('the check of the trail while a bank is at work', () => {
  const { database } = postgresForTests();
  const store = () => new PostgresPaymentStore(database());
  const trail = () => new PostgresAuditTrail(database());
  const seal = () => trail().seal(LATER, 100_000);
  let create: () => Promise<AuthorizationId>;
  const note = (authorizationId: AuthorizationId) =>
    store().transaction((unit) => unit.audit(newEvent({ authorizationId })));

  before(async () => {
    const clientId = await newClient(database());
    const tokenDigest = await newToken(database(), { clientId });
    create = async () => {
      const payment = newPayment(clientId, tokenDigest);
      await store().createPayment(payment);
      return payment.newAuthorizationId;
    };
  });

  const meanwhile = (work: (piece: keyof AuditTrail) => Promise<unknown>) => withWorkBetween(trail(), work);

  /** Removes every head over the chain, and what of it waits. */
  async function uncover(authorizationId: AuthorizationId): Promise<void> {
    for (const table of ['audit_sealed_heads', 'audit_unsealed']) {
      const text = `DELETE FROM ${table} WHERE chain_id = $1`;
      await database().query({ name: `test-uncover-${table}`, text }, [authorizationId]);
    }
  }

  /** Puts the chain right again: what is added to it is sealed, also where somebody else takes the number of our seal. */
  async function cover(authorizationId: AuthorizationId): Promise<void> {
    await note(authorizationId);
    const waits = async () => {
      const [event] = await trail().waitingEventsAfter({ chainId: authorizationId, sequence: 0 }, 1);
      return event?.chainId === authorizationId;
    };
    while (await waits()) await seal();
  }

  const toldOf = ({ gaps }: AuditCoverage) => gaps.map(({ kind, chainId: told }) => [kind, told]);

  const WORK: Readonly<Record<string, (chains: readonly AuthorizationId[], step: number) => Promise<unknown>>> = {
    'everything is sealed before each piece': async () => {
      await create();
      await seal();
    },
    'every chain is written before each piece, and sealed before every other': async (chains, step) => {
      await Promise.all(chains.map(note));
      if (step % 2 === 0) await seal();
    },
    'chains are written behind and before the place of the walk, and sealed one piece later': async (chains, step) => {
      await seal();
      for (const at of [step, step + 1, chains.length - step]) {
        const chain = chains[at % chains.length];
        if (chain !== undefined) await note(chain);
      }
    },
  };
  for (const [what, work] of Object.entries(WORK)) {
    for (const size of [2, 5000]) {
      test(`${what}, in pieces of ${size}: nothing is told, and of a true gap every time`, async () => {
        const chains: AuthorizationId[] = [];
        for (let count = 0; count < 7; count += 1) chains.push(await create());
        await seal();
        const uncovered = chains[3] ?? assert.fail();
        const busy = chains.filter((chain) => chain !== uncovered);
        let step = 0;
        const check = () => {
          step = 0;
          // In the end the bank rests: with a new chain before every piece of one there were no end.
          return verifyAuditCoverage(
            meanwhile(async () => step < 20 && work(busy, ++step)),
            size,
          );
        };
        assert.deepEqual(toldOf(await check()), []);
        await uncover(uncovered);
        assert.deepEqual(toldOf(await check()), [['unsealed', uncovered]]);
        await cover(uncovered);
        assert.deepEqual(toldOf(await check()), []);
      });
    }
  }

  test('what is sealed when the heads were all read, and its chain not yet, is not told', async () => {
    await create();
    await seal();
    await create();
    let [headsRead, sealed] = [false, false];
    const trailMeanwhile = meanwhile(async (piece) => {
      if (piece === 'keptHeadsAfter') headsRead = true;
      if (piece === 'newestEventsAfter' && headsRead && !sealed) {
        sealed = true;
        await seal();
      }
    });
    assert.deepEqual(toldOf(await verifyAuditCoverage(trailMeanwhile, 2)), []);
    assert.equal(sealed, true);
  });

  test('banks write and seal all the while: nothing is told, and a true gap every time', async () => {
    const chains: AuthorizationId[] = [];
    for (let count = 0; count < 20; count += 1) chains.push(await create());
    await seal();
    const uncovered = chains.splice(10, 1)[0] ?? assert.fail();
    let working = 4;
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < 60; round += 1) {
        chains.push(await create());
        const earlier = chains[(round * 7 + writer) % chains.length];
        if (earlier !== undefined) await note(earlier);
        if (writer === 0) await seal();
      }
      working -= 1;
    });
    let rounds = 0;
    for (const size of [3, 10, 50, 5000, 3, 10, 50, 5000]) {
      const isUncovered = rounds % 2 === 1;
      if (isUncovered) await uncover(uncovered);
      assert.deepEqual(
        toldOf(await verifyAuditCoverage(trail(), size)),
        isUncovered ? [['unsealed', uncovered]] : [],
        `pieces of ${size}`,
      );
      if (isUncovered) await cover(uncovered);
      rounds += 1;
    }
    await Promise.all(writing);
    assert.equal(working, 0);
    assert.deepEqual(toldOf(await verifyAuditCoverage(trail(), 10)), []);
  });

  test('the check of a whole trail ends though a new chain is there with every piece', async () => {
    let pieces = 0;
    const busy = meanwhile(async () => {
      pieces += 1;
      assert.ok(pieces < 500, 'it goes on and on');
      await create();
    });
    const { faults } = await verifyAuditTrail(busy, { pieces: { chains: 100, rows: 100 } });
    // Seals lost what the tests before took from them; every chain holds.
    assert.deepEqual(
      faults.filter((fault) => fault.in === 'chain'),
      [],
    );
  });
});
