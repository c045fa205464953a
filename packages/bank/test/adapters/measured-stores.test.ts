import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measuredExemptions, measuredLedger, measuredSca } from '../../src/adapters/measured-stores.ts';
import { observedDatabase } from '../../src/adapters/postgres/observed-database.ts';
import type { BookingOutcome, Ledger } from '../../src/ports/ledger.ts';
import type { Measures } from '../../src/ports/measures.ts';
import { newEvent } from './fixtures.ts';

/** Writes down what it is told. */
function notebook() {
  const lines: string[] = [];
  const measures: Measures = {
    callAnswered: ({ route, status }) => lines.push(`${route} ${status}`),
    connectionRefused: (listener) => lines.push(`refused ${listener}`),
    databaseAnswered: ({ what, isFailed }) => lines.push(`${what} ${isFailed ? 'failed' : 'done'}`),
    storeServerChanged: () => lines.push('server changed'),
    scaEnded: (outcome) => lines.push(`sca ${outcome}`),
    exemptionDecided: (outcome) => lines.push(`exemption ${outcome}`),
    submissionBooked: (outcome) => lines.push(`booked ${outcome}`),
  };
  return { lines, measures };
}

/** A store whose transaction runs the work as often as a database may ask for, and then commits or does not. */
const storeOf = <Unit>(unit: Unit, { runs = 1, commits = true } = {}) => ({
  transaction: async <T>(work: (unit: Unit) => Promise<T>): Promise<T> => {
    for (let run = 1; run < runs; run += 1) await work(unit);
    const result = await work(unit);
    if (!commits) throw new Error('not committed');
    return result;
  },
});

describe('figures', () => {
  test('of bookings: what became of each, but for those of other processes', async () => {
    const { lines, measures } = notebook();
    const outcomes: (BookingOutcome | Error)[] = ['Credited', 'already-done', new Error('away'), 'Rejected'];
    const book = async () => {
      const outcome = outcomes.shift();
      if (outcome instanceof Error || outcome === undefined) throw outcome;
      return outcome;
    };
    const ledger = measuredLedger({ book } as Partial<Ledger> as Ledger, measures);
    const job = [{}, {}] as unknown as Parameters<Ledger['book']>;
    assert.equal(await ledger.book(...job), 'Credited');
    await ledger.book(...job);
    await assert.rejects(ledger.book(...job), /away/);
    await ledger.book(...job);
    assert.deepEqual(lines, ['booked Credited', 'booked failed', 'booked Rejected']);
  });

  for (const [name, options, expected] of [
    ['a committed end counts', {}, ['sca approved']],
    ['an end that is run anew counts once', { runs: 3 }, ['sca approved']],
    ['an end that is not committed does not count', { commits: false }, []],
  ] as const) {
    test(`of visits: ${name}`, async () => {
      const { lines, measures } = notebook();
      const store = storeOf({ saveSession: async () => undefined }, options);
      const measured = measuredSca(store as never, measures);
      await measured.transaction((unit) => unit.saveSession({ outcome: 'approved' } as never)).catch(() => undefined);
      assert.deepEqual(lines, expected);
    });
  }
  test('of visits: one that goes on does not count', async () => {
    const { lines, measures } = notebook();
    const measured = measuredSca(storeOf({ saveSession: async () => undefined }) as never, measures);
    await measured.transaction((unit) => unit.saveSession({ outcome: undefined } as never));
    assert.deepEqual(lines, []);
  });

  test('of exemptions: each decision, and nothing else that is recorded', async () => {
    const { lines, measures } = notebook();
    const measured = measuredExemptions(storeOf({ audit: async () => undefined }) as never, measures);
    for (const event of ['exemption granted', 'exemption refused', 'exemption withdrawn']) {
      await measured.transaction((unit) => unit.audit(newEvent({ event })));
    }
    assert.deepEqual(lines, ['exemption granted', 'exemption refused']);
  });

  test('of the database: each statement by its name, failed or not, and its answer as it was', async () => {
    const { lines, measures } = notebook();
    const database = observedDatabase(
      {
        query: async (statement) => {
          if (statement.name === 'bad') throw new Error('refused');
          return ['row'] as never;
        },
        transaction: () => Promise.reject(new Error('lost')),
        close: async () => undefined,
      },
      measures,
    );
    assert.deepEqual(await database.query({ name: 'good', text: 'SELECT' }, []), ['row']);
    await assert.rejects(database.query({ name: 'bad', text: 'SELECT' }, []), /refused/);
    await assert.rejects(
      database.transaction(async () => undefined),
      /lost/,
    );
    assert.deepEqual(lines, ['good done', 'bad failed', 'transaction failed']);
  });
});
