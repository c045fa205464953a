import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { auditHash, entryDigest } from '../../src/domain/audit-chain.ts';
import { checkChain, checkSeal, isPastTerm, type StoredChain, type StoredSeal } from '../../src/domain/audit-check.ts';
import { CoverageCheck, type NewestEvent } from '../../src/domain/audit-coverage.ts';
import { sealHash, sealRoot } from '../../src/domain/audit-seal.ts';

const CHAIN = '019b8d3e-0000-7000-8000-000000000001';
/** The beginning of 2016 in Helsinki. */
const KEPT_FROM = new Date('2015-12-31T22:00:00.000Z');
const JUST_BEFORE = '2015-12-31T21:59:59.999Z';
const AT = '2015-12-31T22:00:00.000Z';
const HASH = 'ab'.repeat(32);

/** A customer's chain that begins at this place, with events of these times. */
function chainFrom(first: number, ...times: string[]): StoredChain {
  let previousHash = first === 1 ? undefined : HASH;
  const events = times.map((at, index) => {
    const event = {
      ...{ eventId: `019b8d3e-0000-7000-8000-00000000010${index}`, at, event: 'tested', details: {} },
      ...{ authorizationId: undefined, clientId: undefined, customerId: CHAIN, requestId: undefined },
      ...{ sequence: first + index, previousHash },
    };
    const hash = auditHash({ ...event, chainId: CHAIN }, CHAIN, entryDigest(event));
    previousHash = hash;
    return { ...event, hash };
  });
  const end = { sequence: first + times.length - 1, hash: previousHash };
  return { chainId: CHAIN, isAuthorization: false, end, events };
}

function seal(sealNumber: number, sealedAt: string, previousHash: string | undefined): StoredSeal {
  const heads = [{ chainId: CHAIN, sequence: 2, hash: HASH, presentHash: HASH, isAuthorization: false }];
  const content = { sealNumber, sealedAt, headCount: 1, root: sealRoot(heads), previousHash };
  return { ...content, hash: sealHash(content), heads };
}

const problem = (fault: ReturnType<typeof checkChain>) =>
  fault && [fault.in === 'seal' ? fault.sealNumber : fault.sequence, fault.problem];

describe('a chain of which the beginning was removed', () => {
  test('begins with an event from before what is kept', () =>
    assert.equal(checkChain(chainFrom(2, JUST_BEFORE, AT), KEPT_FROM), undefined));

  test('does not begin with one from when records are kept, though older ones follow', () =>
    assert.deepEqual(problem(checkChain(chainFrom(2, AT, JUST_BEFORE), KEPT_FROM)), [1, 'the event is missing']));

  test('does not begin later at all where nothing was removed', () =>
    assert.deepEqual(problem(checkChain(chainFrom(2, JUST_BEFORE))), [1, 'the event is missing']));

  test('holds from there on: an event missing in the middle is missing', () => {
    const chain = chainFrom(2, JUST_BEFORE, JUST_BEFORE, JUST_BEFORE);
    const events = chain.events.filter(({ sequence }) => sequence !== 3);
    assert.deepEqual(problem(checkChain({ ...chain, events }, KEPT_FROM)), [3, 'the event is missing']);
  });

  test('holds from there on: what follows has to continue it', () => {
    const chain = chainFrom(2, JUST_BEFORE, JUST_BEFORE);
    const [first] = chainFrom(2, '2015-01-01T00:00:00.000Z').events;
    assert.ok(first);
    assert.match(
      String(problem(checkChain({ ...chain, events: [first, ...chain.events.slice(1)] }, KEPT_FROM))),
      /continue/,
    );
  });

  test('has a first event that says what was hashed: one made older was changed', () => {
    const chain = chainFrom(2, AT);
    const events = chain.events.map((event) => ({ ...event, at: JUST_BEFORE }));
    assert.match(String(problem(checkChain({ ...chain, events }, KEPT_FROM))), /^2,the event was changed/);
  });

  test('has an event, and somebody it is about', () => {
    const chain = chainFrom(2, JUST_BEFORE);
    assert.match(String(problem(checkChain({ ...chain, events: [] }, KEPT_FROM))), /missing at the end/);
    assert.match(String(problem(checkChain({ ...chain, end: undefined }, KEPT_FROM))), /nothing this chain is about/);
    assert.match(
      String(problem(checkChain({ ...chain, end: { sequence: 3, hash: HASH } }, KEPT_FROM))),
      /^3,the event is missing at the end/,
    );
  });
});

describe('seals of which the first were removed', () => {
  test('begin with one from before what is kept, whatever it continues', () =>
    assert.equal(checkSeal(seal(2, JUST_BEFORE, HASH), undefined, KEPT_FROM), undefined));

  test('do not begin with one from when records are kept', () =>
    assert.deepEqual(problem(checkSeal(seal(2, AT, HASH), undefined, KEPT_FROM)), [1, 'the seal is missing']));

  test('do not begin later at all where nothing was removed', () =>
    assert.deepEqual(problem(checkSeal(seal(2, JUST_BEFORE, HASH), undefined)), [1, 'the seal is missing']));

  test('go on without a gap, and each continues the one before, from when it ever is', () => {
    const first = seal(2, JUST_BEFORE, HASH);
    assert.equal(checkSeal(seal(3, JUST_BEFORE, first.hash), first, KEPT_FROM), undefined);
    assert.deepEqual(problem(checkSeal(seal(4, JUST_BEFORE, first.hash), first, KEPT_FROM)), [
      3,
      'the seal is missing',
    ]);
    assert.match(String(problem(checkSeal(seal(3, JUST_BEFORE, HASH), first, KEPT_FROM))), /does not continue/);
  });

  test('the very first continues none', () => {
    assert.equal(checkSeal(seal(1, JUST_BEFORE, undefined), undefined, KEPT_FROM), undefined);
    assert.match(String(problem(checkSeal(seal(1, JUST_BEFORE, HASH), undefined, KEPT_FROM))), /does not continue/);
  });

  test('have a first one that says what was hashed: one made older was changed', () =>
    assert.match(
      String(problem(checkSeal({ ...seal(2, AT, HASH), sealedAt: JUST_BEFORE }, undefined, KEPT_FROM))),
      /^2,it was changed/,
    ));

  test('cover events that are there, also the first of them', () => {
    const first = seal(2, JUST_BEFORE, HASH);
    const heads = first.heads.map((head) => ({ ...head, presentHash: undefined }));
    assert.match(String(problem(checkSeal({ ...first, heads }, undefined, KEPT_FROM))), /^2,.* which is gone/);
  });
});

describe('newest events whose seal was removed', () => {
  const newest = (at: string): NewestEvent => ({
    ...{ chainId: CHAIN, sequence: 2, at, isAuthorization: false, isWaiting: false },
  });
  const found = (at: string, before: Date | undefined, after: Date | undefined) => {
    const check = new CoverageCheck();
    check.meetChains([newest(at)], before);
    const isRemembered = check.hasOpen;
    return [isRemembered, check.takeUnsealed(after).length];
  };

  test('are no gap where they are from before what is kept, and need not be remembered', () =>
    assert.deepEqual(found(JUST_BEFORE, KEPT_FROM, KEPT_FROM), [false, 0]));

  test('are no gap either where that is known in the end only', () =>
    assert.deepEqual(found(JUST_BEFORE, undefined, KEPT_FROM), [true, 0]));

  test('are one where they are from when records are kept, or where nothing was removed', () => {
    assert.deepEqual(found(AT, KEPT_FROM, KEPT_FROM), [true, 1]);
    assert.deepEqual(found(JUST_BEFORE, undefined, undefined), [true, 1]);
  });
});

test('a time as a database writes one that is finer than ours is compared as it is, and one that is none is past no term', () => {
  const TIMES: Readonly<Record<string, boolean>> = {
    '2015-12-31T21:59:59.999999+00:00': true,
    '2016-01-01T00:59:59.999999+03:00': true,
    '2015-12-31T22:00:00.000001+00:00': false,
    '2016-01-01T00:00:00.000001+02:00': false,
    infinity: false,
    '-infinity': false,
  };
  for (const [time, isPast] of Object.entries(TIMES)) assert.equal(isPastTerm(time, KEPT_FROM), isPast, time);
});
