import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { auditHash, entryDigest } from '../../src/domain/audit-chain.ts';
import type { StoredEvent } from '../../src/domain/audit-check.ts';
import { decideRemoval } from '../../src/domain/audit-removal.ts';

const REMOVAL = '019b8d3e-0000-7000-8000-000000000001';
const OTHER = '019b8d3e-0000-7000-8000-000000000002';
/** The beginning of 2016 in Helsinki. */
const KEPT_FROM = '2015-12-31T22:00:00.000Z';
const ANNOUNCED = '2026-01-05T09:00:00.000Z';

/** An event with a right hash. */
function announcement(change: Partial<StoredEvent> = {}): StoredEvent {
  const event = {
    ...{ eventId: REMOVAL, at: ANNOUNCED, event: 'records removed', details: { keptFrom: KEPT_FROM } },
    ...{ authorizationId: undefined, clientId: undefined, customerId: undefined, requestId: undefined },
    ...{ sequence: 1, previousHash: undefined },
    ...change,
  };
  const hash = auditHash({ ...event, chainId: REMOVAL }, event.customerId, entryDigest(event));
  return { ...event, hash, ...change };
}

const decide = (event: StoredEvent | undefined, { keptFrom = KEPT_FROM, now = new Date(ANNOUNCED) } = {}) =>
  decideRemoval({ removalId: REMOVAL, keptFrom, event }, now);

describe('whether it is believed that records were removed', () => {
  test('an event of its own that says the same, and is unchanged, is believed', () =>
    assert.deepEqual(decide(announcement()), { keptFrom: new Date(KEPT_FROM), announced: new Date(ANNOUNCED) }));

  const refused: Readonly<Record<string, { event: StoredEvent | undefined; why: RegExp }>> = {
    'no event': { event: undefined, why: /no event announces it/ },
    'an event with another hash': { event: announcement({ hash: 'ab'.repeat(32) }), why: /the event was changed/ },
    'an event that was made to say another time': {
      event: { ...announcement(), details: { keptFrom: '2020-12-31T22:00:00.000Z' } },
      why: /the event was changed/,
    },
    'an event of another name': {
      event: announcement({ event: 'tested' }),
      why: /says "tested" and not "records removed"/,
    },
    'an event of another id': { event: announcement({ eventId: OTHER }), why: /does not belong to this chain/ },
    'an event about a customer': {
      event: announcement({ customerId: REMOVAL }),
      why: /is about an authorization or a customer/,
    },
    'an event about an authorization': {
      event: announcement({ authorizationId: REMOVAL }),
      why: /is about an authorization or a customer/,
    },
    'an event behind another': {
      event: announcement({ sequence: 2, previousHash: 'ab'.repeat(32) }),
      why: /the event is missing/,
    },
    'an event that says another time, by a millisecond': {
      event: announcement({ details: { keptFrom: '2015-12-31T21:59:59.999Z' } }),
      why: /older than 2015-12-31T22:00:00.000Z, and was announced for 2015-12-31T21:59:59.999Z/,
    },
    'an event of a time that is none': { event: announcement({ at: 'infinity' }), why: /infinity is no time/ },
    'an event that says no time': { event: announcement({ details: {} }), why: /was announced for undefined/ },
  };
  for (const [which, { event, why }] of Object.entries(refused)) {
    test(`${which} is not, and so nothing counts as removed`, () => {
      const fault = decide(event);
      assert.ok('in' in fault && fault.in === 'removal' && fault.removalId === REMOVAL, JSON.stringify(fault));
      assert.match(fault.problem, why);
      assert.match(fault.problem, /So nothing counts as removed$/);
    });
  }

  /** By the calendar of Finland. */
  const YEARS: Readonly<Record<string, { at: string; isBelieved: boolean }>> = {
    'four years': { at: '2019-12-31T22:00:00.000Z', isBelieved: false },
    'five years but for a millisecond': { at: '2020-12-31T21:59:59.999Z', isBelieved: false },
    'exactly five years': { at: '2020-12-31T22:00:00.000Z', isBelieved: true },
  };
  for (const [years, { at, isBelieved }] of Object.entries(YEARS)) {
    test(`announced ${years} later it is ${isBelieved ? 'believed' : 'not believed'}`, () => {
      const found = decide(announcement({ at }));
      if (isBelieved) assert.deepEqual(found, { keptFrom: new Date(KEPT_FROM), announced: new Date(at) });
      else assert.match('problem' in found ? found.problem : '', /not 5 years later/);
    });
  }

  test('announced a day ahead it is believed, for clocks differ; any further ahead it is not', () => {
    const dayBefore = Date.parse(ANNOUNCED) - 86_400_000;
    assert.ok('keptFrom' in decide(announcement(), { now: new Date(dayBefore) }));
    const found = decide(announcement(), { now: new Date(dayBefore - 1) });
    assert.match(
      'problem' in found ? found.problem : '',
      /announced on 2026-01-05T09:00:00.000Z, and now it is 2026-01-04/,
    );
    assert.ok(
      'keptFrom' in decideRemoval({ removalId: REMOVAL, keptFrom: KEPT_FROM, event: announcement() }, undefined),
    );
  });

  test('a time finer than ours is another', () =>
    assert.match(
      JSON.stringify(decide(announcement(), { keptFrom: '2015-12-31T22:00:00.000001+00:00' })),
      /was announced for/,
    ));
});
