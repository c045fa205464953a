import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { auditHash, entryDigest } from '../../src/domain/audit-chain.ts';
import type { AuditFault } from '../../src/domain/audit-check.ts';
import { type AuditReport, verifyAuditTrail } from '../../src/operations/verify-audit-trail.ts';
import type { AuditTrail } from '../../src/ports/audit-trail.ts';
import type { AuditEvent } from '../../src/ports/records.ts';
import { newEvent, uuid } from './fixtures.ts';
import { afterTampering, type Sql, type Tampering, withWorkBetween } from './tampering.ts';
import type { OpenDatabase } from './test-databases.ts';

const ENOUGH = 100_000;
const ONE_BY_ONE = { chains: 1, rows: 1 };

const day = (number: number) => new Date(Date.UTC(2015, 0, number));
const after = (time: Date, milliseconds: number) => new Date(time.getTime() + milliseconds);
/** What is past its term here, where nothing else is said: the first three seals of four. */
const KEPT_FROM = day(50);
const ANNOUNCED = new Date('2026-01-05T09:00:00.000Z');
const FIVE_YEARS_LATER = new Date('2020-02-19T00:00:00.000Z');

/** Customers, each with a chain; what is `alone` is an event with a chain of its own. */
const CHAINS = { used: uuid(), left: uuid(), young: uuid(), alone: uuid() };
type Chain = keyof typeof CHAINS;

/** When seal 1 to 4 were made, and what was written before each and after the one before. */
const SEALS: readonly { readonly sealed: Date; readonly events: readonly (readonly [Chain, Date])[] }[] = [
  {
    sealed: day(10),
    events: [
      ['used', day(1)],
      ['used', day(2)],
      ['alone', day(3)],
    ],
  },
  {
    sealed: day(20),
    events: [
      ['used', day(11)],
      // Its clock ran ahead of those that seal.
      ['left', day(31)],
    ],
  },
  { sealed: day(30), events: [['used', day(21)]] },
  {
    sealed: day(100),
    events: [
      ['used', day(99)],
      ['young', day(98)],
      ['young', day(99)],
    ],
  },
];

interface Announcement {
  readonly keptFrom?: Date;
  readonly at?: Date;
  /** What differs in the event; its hash is right all the same. */
  readonly event?: Partial<AuditEvent>;
  readonly isWaiting?: boolean;
}

/** Announces a removal, as the bank does. @returns its id */
async function announce(
  sql: Sql,
  { keptFrom = KEPT_FROM, at = ANNOUNCED, event = {}, isWaiting = true }: Announcement = {},
) {
  const removalId = uuid();
  const details = { keptFrom: keptFrom.toISOString() };
  const said = newEvent({ eventId: removalId, at, event: 'records removed', details, ...event });
  const place = { chainId: removalId, sequence: 1, previousHash: undefined };
  const hash = auditHash(place, said.customerId, entryDigest({ ...said, at: said.at.toISOString() }));
  await sql(
    `INSERT INTO audit_events (chain_id, sequence, hash, event_id, at, event, customer_id, details)
     VALUES ($1, 1, decode($2, 'hex'), $3, $4, $5, $6, $7)`,
    ...[removalId, hash, said.eventId, said.at, said.event, said.customerId ?? null, JSON.stringify(said.details)],
  );
  await sql(`INSERT INTO audit_chains VALUES ($1, 1, decode($2, 'hex'))`, removalId, hash);
  if (isWaiting) await sql('INSERT INTO audit_unsealed VALUES ($1, 1)', removalId);
  await sql('INSERT INTO record_removals VALUES ($1, $2, $3)', removalId, keptFrom, ANNOUNCED);
  return removalId;
}

/** Removes the first seal, and of what it covers all but the last event of each chain. */
async function removeSeal(sql: Sql, number: number): Promise<void> {
  const heads = '(SELECT chain_id, sequence AS head FROM audit_sealed_heads WHERE seal_number = $1) h';
  await sql(
    `DELETE FROM audit_events e USING ${heads} WHERE e.chain_id = h.chain_id AND (e.sequence < head OR e.event_id = e.chain_id)`,
    number,
  );
  await sql(`DELETE FROM audit_chains c WHERE chain_id = $1 AND $2 = 1`, CHAINS.alone, number);
  await sql('DELETE FROM audit_sealed_heads WHERE seal_number = $1', number);
  await sql('DELETE FROM audit_seals WHERE seal_number = $1', number);
}

/** What it covered stays. */
async function removeOnlySeal(sql: Sql, number: number): Promise<void> {
  for (const table of ['audit_sealed_heads', 'audit_seals']) {
    await sql(`DELETE FROM ${table} WHERE seal_number = $1`, number);
  }
}

/** What removal does with a chain whose seals are gone, once it removes what the chain is about. */
async function removeChain(sql: Sql, chain: Chain): Promise<void> {
  await sql('DELETE FROM audit_events WHERE chain_id = $1', CHAINS[chain]);
  await sql('DELETE FROM audit_chains WHERE chain_id = $1', CHAINS[chain]);
}

const removeEvent = (sql: Sql, chain: Chain, sequence: number) =>
  sql('DELETE FROM audit_events WHERE chain_id = $1 AND sequence = $2', CHAINS[chain], sequence);

/** What does not hold, where: `used 1`, `seal 3`, `removal`. */
function told({ faults }: Pick<AuditReport, 'faults'>): string[] {
  const nameOf = (fault: AuditFault & { in: 'chain' }) =>
    Object.entries(CHAINS).find(([, chainId]) => chainId === fault.chainId)?.[0] ?? 'another';
  return faults.map((fault) => {
    if (fault.in === 'removal') return 'removal';
    return fault.in === 'seal' ? `seal ${fault.sealNumber}` : `${nameOf(fault)} ${fault.sequence}`;
  });
}

/** The check of a trail of which what is past its term was removed. It needs a database of its own. */
export function auditRemovalContract(database: OpenDatabase): void {
  const checkAfter = (tampering: Tampering, clock?: { now(): Date }): Promise<AuditReport> =>
    afterTampering(database(), tampering, (trail) => verifyAuditTrail(trail, clock ? { clock } : {}));

  before(async () => {
    const store = new PostgresPaymentStore(database());
    for (const { sealed, events } of SEALS) {
      for (const [chain, at] of events) {
        const about = chain === 'alone' ? { eventId: CHAINS.alone } : { customerId: CHAINS[chain] as never };
        await store.transaction((unit) => unit.audit(newEvent({ at, ...about })));
      }
      await new PostgresAuditTrail(database()).seal(sealed, ENOUGH);
    }
  });

  describe('a trail of which what is past its term was removed', () => {
    test('holds, and its report says what may be gone and since when', async () => {
      const { ok, faults, keptFrom, removalAnnounced, seals, chains, newestSeal } = await checkAfter(async (sql) => {
        await announce(sql);
        await removeSeal(sql, 1);
        await removeSeal(sql, 2);
      });
      assert.deepEqual([ok, faults], [true, []]);
      assert.deepEqual([keptFrom, removalAnnounced], [KEPT_FROM.toISOString(), ANNOUNCED.toISOString()]);
      // The chain that was alone is gone, the announcement is there.
      assert.deepEqual([seals, chains, newestSeal?.sealNumber], [2, 4, 4]);
    });

    test('whole as it was it holds too, announced or not, and only one that was announced says so', async () => {
      const whole = await checkAfter(async () => undefined);
      assert.deepEqual([whole.ok, whole.keptFrom, whole.removalAnnounced], [true, undefined, undefined]);
      const announced = await checkAfter((sql) => announce(sql));
      assert.deepEqual([announced.ok, announced.keptFrom], [true, KEPT_FROM.toISOString()]);
    });

    /** What is gone; the time that what is left there bears; what is told where that is not past the term. */
    const EDGES: Readonly<Record<string, { remove: (sql: Sql) => Promise<unknown>; time: Date; fault: string }>> = {
      'a seal, the first behind it': {
        remove: async (sql) => {
          await removeOnlySeal(sql, 1);
          await removeChain(sql, 'alone');
        },
        time: day(20),
        fault: 'seal 1',
      },
      'a chain’s first event, the second': {
        remove: (sql) => removeEvent(sql, 'used', 1),
        time: day(2),
        fault: 'used 1',
      },
      'two seals, a newest event they covered': {
        remove: async (sql) => {
          for (const number of [1, 2]) await removeOnlySeal(sql, number);
          await removeChain(sql, 'alone');
        },
        time: day(31),
        fault: 'left 1',
      },
    };
    for (const [what, { remove, time, fault }] of Object.entries(EDGES)) {
      for (const [where, keptFrom] of Object.entries({
        'a millisecond before what is kept': after(time, 1),
        'the first moment of what is kept': time,
      })) {
        test(`${what} is of ${where}`, async () => {
          const report = await checkAfter(async (sql) => {
            await announce(sql, { keptFrom });
            await remove(sql);
          });
          assert.deepEqual(told(report), keptFrom > time ? [] : [fault]);
        });
      }
    }

    test('with nothing announced all of it is missing', async () => {
      const report = await checkAfter(async (sql) => {
        await removeSeal(sql, 1);
        await removeSeal(sql, 2);
      });
      assert.deepEqual(told(report), ['used 1', 'seal 1', 'left 1']);
    });

    const BESIDES: Readonly<Record<string, { tamper: (sql: Sql) => Promise<unknown>; faults: string[] }>> = {
      'the first event of a younger chain': { tamper: (sql) => removeEvent(sql, 'young', 1), faults: ['young 1'] },
      'an event in the middle of a chain, and a head': {
        tamper: (sql) => removeEvent(sql, 'used', 4),
        faults: ['used 4', 'used 4'],
      },
      'a chain whose seal is there, with its end': {
        tamper: (sql) => removeChain(sql, 'young'),
        faults: ['young 2'],
      },
      'the events of a chain that is noted to have some': {
        tamper: (sql) => sql('DELETE FROM audit_events WHERE chain_id = $1', CHAINS.left),
        faults: ['left 1'],
      },
      'what a chain is about': {
        tamper: (sql) => sql('DELETE FROM audit_chains WHERE chain_id = $1', CHAINS.left),
        faults: ['left 1'],
      },
      'the only seal left that is past the term': {
        tamper: (sql) => removeOnlySeal(sql, 3),
        // The next one is young: the seals cannot begin with it.
        faults: ['seal 1'],
      },
      'the newest seal': {
        tamper: (sql) => removeOnlySeal(sql, 4),
        faults: ['used 5', 'young 2'],
      },
    };
    for (const [what, { tamper, faults }] of Object.entries(BESIDES)) {
      test(`anything else that is missing is still missing: ${what}`, async () => {
        const report = await checkAfter(async (sql) => {
          await announce(sql);
          await removeSeal(sql, 1);
          await removeSeal(sql, 2);
          await tamper(sql);
        });
        assert.deepEqual(told(report).sort(), [...faults].sort());
      });
    }

    test('a seal that went while the one before is there is missing, and so is what that one covers', async () => {
      const report = await checkAfter(async (sql) => {
        await announce(sql);
        await removeSeal(sql, 2);
      });
      assert.deepEqual(told(report), ['used 2', 'seal 2']);
    });
  });

  describe('a removal that is not announced as it has to be', () => {
    const WRONG: Readonly<Record<string, { announce: (sql: Sql) => Promise<unknown>; why: RegExp }>> = {
      'noted, and announced by no event': {
        announce: (sql) => sql('INSERT INTO record_removals VALUES ($1, $2, $3)', uuid(), KEPT_FROM, ANNOUNCED),
        why: /no event announces it/,
      },
      'its event changed': {
        announce: async (sql) => {
          const id = await announce(sql, { event: { details: { keptFrom: day(40).toISOString() } } });
          await sql(
            'UPDATE audit_events SET details = $2 WHERE chain_id = $1',
            id,
            JSON.stringify({ keptFrom: KEPT_FROM }),
          );
        },
        why: /does not hold: the event was changed/,
      },
      'its hash changed': {
        announce: async (sql) => {
          const id = await announce(sql);
          await sql(`UPDATE audit_events SET hash = sha256('other') WHERE chain_id = $1`, id);
        },
        why: /does not hold: the event was changed/,
      },
      'announced for another time': {
        announce: (sql) => announce(sql, { event: { details: { keptFrom: day(49).toISOString() } } }),
        why: /older than 2015-02-19T00:00:00.000Z, and was announced for 2015-02-18T00:00:00.000Z/,
      },
      'noted for a time a microsecond later': {
        announce: async (sql) => {
          await announce(sql);
          await sql(`UPDATE record_removals SET kept_from = kept_from + interval '1 microsecond'`);
        },
        why: /and was announced for/,
      },
      'announced by an event of another name': {
        announce: (sql) => announce(sql, { event: { event: 'tested' } }),
        why: /says "tested"/,
      },
      'announced in the chain of a customer': {
        announce: async (sql) => {
          const id = await announce(sql);
          await sql('UPDATE audit_events SET customer_id = chain_id, event_id = $2 WHERE chain_id = $1', id, uuid());
        },
        why: /does not hold: the event was changed/,
      },
      'announced four years later': {
        announce: (sql) => announce(sql, { at: new Date('2019-02-19T00:00:00.000Z') }),
        why: /announced on 2019-02-19T00:00:00.000Z: not 5 years later/,
      },
      'announced a millisecond too early': {
        announce: (sql) => announce(sql, { at: after(FIVE_YEARS_LATER, -1) }),
        why: /not 5 years later/,
      },
    };
    for (const [how, { announce: wrongly, why }] of Object.entries(WRONG)) {
      test(`${how}, it is not believed, and nothing may be missing`, async () => {
        const whole = await checkAfter(wrongly);
        const [first] = whole.faults;
        assert.ok(first?.in === 'removal' && why.test(first.problem), JSON.stringify(first));
        assert.deepEqual([whole.ok, whole.keptFrom, whole.removalAnnounced], [false, undefined, undefined]);
        const removed = await checkAfter(async (sql) => {
          await wrongly(sql);
          await removeSeal(sql, 1);
          await removeSeal(sql, 2);
        });
        const places = told(removed);
        assert.equal(places[0], 'removal');
        for (const place of ['used 1', 'seal 1', 'left 1']) assert.ok(places.includes(place), places.join());
      });
    }

    test('exactly five years later it is believed', async () => {
      const report = await checkAfter(async (sql) => {
        await announce(sql, { at: FIVE_YEARS_LATER });
        await removeSeal(sql, 1);
      });
      assert.deepEqual([told(report), report.removalAnnounced], [[], FIVE_YEARS_LATER.toISOString()]);
    });

    test('announced for a time to come it is not believed by who knows the time', async () => {
      const clock = { now: () => new Date('2026-01-01T00:00:00.000Z') };
      const report = await checkAfter((sql) => announce(sql), clock);
      assert.deepEqual(told(report), ['removal']);
      assert.deepEqual(told(await checkAfter((sql) => announce(sql), { now: () => ANNOUNCED })), []);
    });

    test('announced by an event that is under no seal and waits for none, it is told that it is', async () => {
      const report = await checkAfter((sql) => announce(sql, { isWaiting: false }));
      assert.deepEqual(told(report), ['another 1']);
      assert.match(report.faults[0]?.problem ?? '', /no seal covers the event/);
    });

    test('of several the one that reaches furthest counts, whenever it was announced', async () => {
      const report = await checkAfter(async (sql) => {
        await announce(sql, { keptFrom: KEPT_FROM });
        await announce(sql, { keptFrom: day(15), at: after(ANNOUNCED, 1000) });
        await removeSeal(sql, 1);
        await removeSeal(sql, 2);
      });
      assert.deepEqual([told(report), report.keptFrom], [[], KEPT_FROM.toISOString()]);
    });
  });

  describe('the check of a trail while records are removed from it', () => {
    test('what is known from the beginning is asked again in the end only', async () => {
      const read: string[] = [];
      const report = await afterTampering(
        database(),
        async (sql) => {
          for (const step of REMOVAL) await step(sql);
        },
        (trail) =>
          verifyAuditTrail(
            withWorkBetween(trail, async (piece) => read.push(piece)),
            { pieces: ONE_BY_ONE },
          ),
      );
      assert.deepEqual(told(report), []);
      assert.deepEqual([read[0], read.at(-1)], ['latestRemoval', 'latestRemoval']);
      assert.equal(read.filter((piece) => piece === 'latestRemoval').length, 2);
    });

    /** What removal does, one transaction after another. The chain that is left goes with what it is about. */
    const REMOVAL: readonly ((sql: Sql) => Promise<unknown>)[] = [
      (sql) => announce(sql),
      (sql) => removeSeal(sql, 1),
      (sql) => removeSeal(sql, 2),
      (sql) => removeChain(sql, 'left'),
    ];

    /** Checks the trail, with a transaction of the removal before each piece from this one on, or all of them before it. */
    async function checkWhile(
      first: number,
      how: { atOnce: boolean; tamper?: (sql: Sql) => Promise<unknown>; pieces: typeof ONE_BY_ONE },
    ) {
      let tampered: Sql | undefined;
      let pieces = 0;
      const removing = (trail: AuditTrail, sql: Sql) => {
        const steps = [...REMOVAL];
        return withWorkBetween(trail, async () => {
          pieces += 1;
          if (pieces <= first) return;
          for (const step of steps.splice(0, how.atOnce ? steps.length : 1)) await step(sql);
        });
      };
      const report = await afterTampering(
        database(),
        async (sql) => {
          tampered = sql;
          await how.tamper?.(sql);
        },
        (trail) => {
          assert.ok(tampered);
          return verifyAuditTrail(removing(trail, tampered), { pieces: how.pieces });
        },
      );
      return { report, isOver: pieces <= first };
    }

    for (const atOnce of [false, true]) {
      for (const [size, pieces] of Object.entries({
        'one by one': ONE_BY_ONE,
        'as large as they come': { chains: 200, rows: 5000 },
      })) {
        test(`wherever it ${atOnce ? 'was done between two pieces' : 'begins'}, pieces ${size}: nothing is told, and what is truly missing every time`, async () => {
          const tearYoung = (sql: Sql) => removeEvent(sql, 'young', 1);
          let first = 0;
          for (let isOver = false; !isOver; first += 1) {
            const sound = await checkWhile(first, { atOnce, pieces });
            assert.deepEqual(told(sound.report), [], `from piece ${first} on`);
            assert.equal(sound.report.keptFrom, sound.isOver ? undefined : KEPT_FROM.toISOString());
            const torn = await checkWhile(first, { atOnce, pieces, tamper: tearYoung });
            assert.deepEqual(told(torn.report), ['young 1'], `from piece ${first} on`);
            const holed = await checkWhile(first, { atOnce, pieces, tamper: (sql) => removeOnlySeal(sql, 3) });
            // Where removal has come to the hole, it is the young seal behind it that the seals would begin with.
            assert.ok(['seal 1', 'seal 3'].includes(told(holed.report).join()), `from piece ${first} on`);
            isOver = sound.isOver;
          }
          assert.ok(first > (pieces === ONE_BY_ONE ? 25 : 8), `only ${first} pieces`);
        });
      }
    }
  });
}
