import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { endIdleSessions } from '../../src/operations/end-idle-sessions.ts';
import { logIn } from '../../src/operations/log-in.ts';
import { RateLimit } from '../../src/operations/rate-limit.ts';
import { revokeAuthorization } from '../../src/operations/revoke-authorization.ts';
import type { ScaBank } from '../../src/operations/sca-bank.ts';
import { unblockCustomer } from '../../src/operations/unblock-customer.ts';
import { LIISA, openScaParts, PEKKA, type ScaParts, Walk } from '../sca/sca-parts.ts';

let parts: ScaParts;
before(async () => {
  parts = await openScaParts();
});
after(() => parts.close());

describe('logging in', () => {
  test('locks the bundle: authorization and payments are Authorizing', async () => {
    const bundle = await parts.bundle({}, {});
    const walk = await Walk.open(parts, bundle);
    assert.deepEqual(await walk.logIn(), { kind: 'moved' });
    const { authorization, payments } = await parts.statuses(bundle.authorizationId);
    assert.deepEqual([authorization, payments], ['Authorizing', ['Authorizing', 'Authorizing']]);
    assert.equal((await walk.look()).session.step, 'review');
  });

  test('a wrong password and an unknown username are refused with the same word, and lock nothing', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.open(parts, bundle);
    const refusal = { kind: 'refused', why: 'wrong-credentials' };
    assert.deepEqual(await walk.logIn({ ...PEKKA, password: 'wrong' }), refusal);
    assert.deepEqual(await walk.logIn({ username: 'nobody-of-that-name', password: 'wrong' }), refusal);
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Unauthorized');
    await unblockCustomer(parts.sca, PEKKA.username);
  });

  test('too many attempts in a while are told as that, right ones too, and neither looked at nor counted as wrong', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.open(parts, bundle);
    const taken: string[] = [];
    const counts = {
      take: async (subject: string, { times, limit }: { times: number; limit: number }) => {
        taken.push(subject);
        return taken.length <= limit ? times : 0;
      },
      purge: async () => 0,
    };
    const logins = new RateLimit('logins', { times: 1, windowSeconds: 60 }, counts, parts.clock);
    const sca = { ...parts.sca, logins };
    const login = { ...LIISA, newBrowserDigest: new Uint8Array(32) };
    const call = await walk.call();
    assert.deepEqual(await logIn(sca, call, { ...login, password: 'wrong' }), {
      kind: 'refused',
      why: 'wrong-credentials',
    });
    assert.deepEqual(await logIn(sca, call, login), { kind: 'refused', why: 'too-often' });
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Unauthorized');
    assert.ok(
      taken.every((subject) => !subject.includes(LIISA.username)),
      'what was typed is not kept',
    );
    assert.deepEqual(await walk.logIn(), { kind: 'moved' });
    await unblockCustomer(parts.sca, LIISA.username);
  });

  test('the cookie from before the login is worth nothing afterwards', async () => {
    const walk = await Walk.open(parts, await parts.bundle());
    const before = await walk.call();
    await walk.logIn();
    const { browserDigest } = await walk.session();
    assert.notDeepEqual(Buffer.from(browserDigest), Buffer.from(before.browserDigest));
  });

  test('the same customer may log in again, as after a double click; nothing is lost', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.open(parts, bundle);
    await walk.logIn();
    await walk.choose();
    assert.deepEqual(await walk.logIn(), { kind: 'moved' });
    const { session, isLoggedIn } = await walk.look();
    assert.deepEqual([session.step, isLoggedIn], ['factor', true]);
  });

  test('another customer cannot take over a session that somebody is logged in to', async () => {
    const walk = await Walk.open(parts, await parts.bundle());
    await walk.logIn();
    assert.deepEqual(await walk.logIn(PEKKA), { kind: 'refused', why: 'in-other-hands' });
    const { customerId, authorizationId } = await walk.session();
    assert.equal(customerId, parts.liisa.customerId);
    assert.equal((await parts.events(authorizationId)).at(-1)?.event, 'sca attempt refused');
  });

  test('of two sessions for one bundle the first to log in has it; the other ends', async () => {
    const bundle = await parts.bundle();
    const [one, other] = [await Walk.open(parts, bundle), await Walk.open(parts, bundle)];
    const answers = await Promise.all([one.logIn(), other.logIn()]);
    assert.deepEqual(answers.map(({ kind }) => kind).toSorted(), ['ended', 'moved']);
    const outcomes = [(await one.session()).outcome, (await other.session()).outcome];
    assert.deepEqual(outcomes.toSorted(), ['unavailable', undefined]);
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Authorizing');
  });

  test('a session whose payments were revoked meanwhile ends, before and at the login', async () => {
    const bundle = await parts.bundle();
    const [looking, loggingIn] = [await Walk.open(parts, bundle), await Walk.open(parts, bundle)];
    await revokeAuthorization(parts, await parts.callOf('tpp-a', 'client'), bundle.authorizationId);
    assert.equal((await looking.look()).session.outcome, 'unavailable');
    assert.deepEqual(await loggingIn.logIn(), { kind: 'ended' });
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Revoked');
  });

  test('once a session has been idle for five minutes its login is too late', async () => {
    const walk = await Walk.open(parts, await parts.bundle());
    parts.clock.advance(300_000);
    assert.deepEqual(await walk.logIn(), { kind: 'ended' });
    assert.equal((await walk.session()).outcome, 'timed-out');
  });
});

describe('five wrong passwords in a row', () => {
  const guess = async (username: string) => {
    const walk = await Walk.open(parts, await parts.bundle());
    return { walk, answer: await walk.logIn({ username, password: 'wrong' }) };
  };

  const scaEvents = async (walk: Walk) => {
    const events = await parts.events((await walk.session()).authorizationId);
    return events.map(({ event }) => event).filter((event) => event !== 'payment created');
  };

  for (const username of [LIISA.username, 'nobody-at-all']) {
    test(`block ${username === 'liisa' ? 'a customer' : 'a username nobody has'}, across sessions`, async () => {
      for (let attempt = 1; attempt <= 4; attempt += 1) assert.equal((await guess(username)).answer.kind, 'refused');
      const fifth = await guess(username);
      assert.deepEqual([fifth.answer.kind, (await fifth.walk.session()).outcome], ['ended', 'blocked']);
      const sixth = await guess(username);
      assert.deepEqual([sixth.answer.kind, (await sixth.walk.session()).outcome], ['ended', 'blocked']);
      const blocking = ['sca opened', 'sca attempt failed', 'customer blocked', 'sca blocked'];
      assert.deepEqual(await scaEvents(fifth.walk), blocking);
      assert.deepEqual(await scaEvents(sixth.walk), ['sca opened', 'sca attempt refused', 'sca blocked']);
    });
  }

  test('a blocked customer is not let in with the right password, until half an hour has passed', async () => {
    const tooEarly = await Walk.open(parts, await parts.bundle());
    assert.deepEqual(await tooEarly.logIn(), { kind: 'ended' });
    parts.clock.advance(30 * 60_000 - 1);
    const stillTooEarly = await Walk.open(parts, await parts.bundle());
    assert.deepEqual(await stillTooEarly.logIn(), { kind: 'ended' });
    parts.clock.advance(1);
    const inTime = await Walk.open(parts, await parts.bundle());
    assert.deepEqual(await inTime.logIn(), { kind: 'moved' });
  });

  test('the sandbox can lift a block', async () => {
    for (let attempt = 1; attempt <= 5; attempt += 1) await guess(PEKKA.username);
    await unblockCustomer(parts.sca, PEKKA.username);
    const walk = await Walk.open(parts, await parts.bundle());
    assert.deepEqual(await walk.logIn(PEKKA), { kind: 'moved' });
  });

  test('a right password alone does not clear them, and does not count as one', async () => {
    for (let attempt = 1; attempt <= 4; attempt += 1) await guess(PEKKA.username);
    for (let login = 1; login <= 3; login += 1) {
      const walk = await Walk.open(parts, await parts.bundle());
      assert.deepEqual(await walk.logIn(PEKKA), { kind: 'moved' });
    }
    assert.equal((await guess(PEKKA.username)).answer.kind, 'ended');
  });

  test('five in one session end it, whatever usernames they were for', async () => {
    const walk = await Walk.open(parts, await parts.bundle());
    for (const name of ['a', 'b', 'c', 'd']) {
      assert.equal((await walk.logIn({ username: `guess-${name}`, password: 'x' })).kind, 'refused');
    }
    assert.equal((await walk.logIn({ username: 'guess-e', password: 'x' })).kind, 'ended');
  });

  test('of twenty guesses at once no more than five are looked at', async () => {
    let checks = 0;
    const counting: ScaBank = {
      ...parts.sca,
      passwords: {
        ...parts.sca.passwords,
        verify: (password, hash) => {
          checks += 1;
          return parts.sca.passwords.verify(password, hash);
        },
      },
    };
    const watched = { ...parts, sca: counting };
    const walks = await Promise.all(Array.from({ length: 20 }, async () => Walk.open(watched, await parts.bundle())));
    const answers = await Promise.all(
      walks.map((walk) => walk.logIn({ username: 'guessed-at-once', password: 'wrong' })),
    );
    assert.equal(checks, 5);
    assert.ok(answers.filter(({ kind }) => kind === 'ended').length >= 15);
  });

  test('neither password nor username typed wrong is in the audit trail', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.open(parts, bundle);
    await walk.logIn({ username: 'canary-username', password: 'canary-password' });
    const trail = JSON.stringify(await parts.events(bundle.authorizationId));
    assert.match(trail, /sca attempt failed/);
    assert.doesNotMatch(trail, /canary/);
  });
});

describe('the idle worker', () => {
  before(async () => {
    parts.clock.advance(300_001);
    while ((await endIdleSessions(parts.sca)) > 0);
  });

  test('ends a session after five minutes, and the bundle waits again', async () => {
    const bundle = await parts.bundle({}, {});
    const walk = await Walk.open(parts, bundle);
    await walk.logIn();
    parts.clock.advance(299_999);
    assert.equal(await endIdleSessions(parts.sca), 0);
    parts.clock.advance(2);
    assert.equal(await endIdleSessions(parts.sca), 1);
    assert.equal((await walk.session()).outcome, 'timed-out');
    const { authorization, payments } = await parts.statuses(bundle.authorizationId);
    assert.deepEqual([authorization, payments], ['Unauthorized', ['Unauthorized', 'Unauthorized']]);
    assert.equal(await endIdleSessions(parts.sca), 0);
  });

  test('another session can then log in to the same bundle', async () => {
    const bundle = await parts.bundle();
    await (await Walk.open(parts, bundle)).logIn();
    parts.clock.advance(300_001);
    await endIdleSessions(parts.sca);
    const next = await Walk.open(parts, bundle);
    assert.deepEqual(await next.logIn(), { kind: 'moved' });
  });

  test('a session that is looked at again goes on', async () => {
    const walk = await Walk.open(parts, await parts.bundle());
    await walk.logIn();
    parts.clock.advance(200_000);
    await walk.look();
    parts.clock.advance(200_000);
    assert.equal((await walk.look()).session.step, 'review');
  });
});
