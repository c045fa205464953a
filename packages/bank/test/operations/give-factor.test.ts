import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deletePayment } from '../../src/operations/delete-payment.ts';
import { endIdleSessions } from '../../src/operations/end-idle-sessions.ts';
import { cancelScaSession, rejectPayments } from '../../src/operations/end-sca-session.ts';
import { giveFactor } from '../../src/operations/give-factor.ts';
import { switchFactor } from '../../src/operations/switch-factor.ts';
import { unblockCustomer } from '../../src/operations/unblock-customer.ts';
import { LIISA, LIISA_IBAN, LIISA_SAVINGS_IBAN, openScaParts, type ScaParts, Walk, wrong } from '../sca/sca-parts.ts';

let parts: ScaParts;
before(async () => {
  parts = await openScaParts();
});
after(() => parts.close());

describe('a key code', () => {
  test('approves the ticked payments from the chosen account and rejects the others', async () => {
    const bundle = await parts.bundle({}, { amountEUR: '5.00' });
    const [first] = bundle.payments;
    const walk = await Walk.toFactor(parts, bundle, { paymentIds: [first.paymentId], account: LIISA_SAVINGS_IBAN });
    assert.deepEqual(await walk.give(await walk.code()), { kind: 'ended' });
    const found = await parts.statuses(bundle.authorizationId);
    assert.equal(found.authorization, 'Authorized');
    assert.equal(found.customerId, parts.liisa.customerId);
    const byPayment = new Map((await walk.look()).bundle.payments.map((payment) => [payment.paymentId, payment]));
    assert.equal(byPayment.get(first.paymentId)?.status, 'Authorized');
    assert.equal(byPayment.get(first.paymentId)?.debitIban, LIISA_SAVINGS_IBAN);
    assert.deepEqual([...byPayment.values()].map(({ status }) => status).toSorted(), ['Authorized', 'Rejected']);
    assert.equal((await walk.session()).outcome, 'approved');
  });

  test('with spaces in it is the same code', async () => {
    const walk = await Walk.toFactor(parts, await parts.bundle());
    const code = await walk.code();
    assert.deepEqual(await walk.give(` ${code.slice(0, 3)} ${code.slice(3)}`), { kind: 'ended' });
  });

  test('one digit off is refused, and the next right one is taken', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.toFactor(parts, bundle);
    assert.deepEqual(await walk.give(wrong(await walk.code())), { kind: 'refused', why: 'wrong-code' });
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Authorizing');
    assert.deepEqual(await walk.give(await walk.code()), { kind: 'ended' });
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Authorized');
  });

  test('given twice at once approves once', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.toFactor(parts, bundle);
    const code = await walk.code();
    const call = await walk.call();
    const answers = await Promise.all(Array.from({ length: 8 }, () => giveFactor(parts.sca, call, code)));
    assert.deepEqual(new Set(answers.map(({ kind }) => kind)), new Set(['ended']));
    const events = (await parts.events(bundle.authorizationId)).filter(({ event }) => event === 'sca approved');
    assert.equal(events.length, 1);
  });

  test('of an earlier challenge is worthless once there is a new one', async () => {
    const walk = await Walk.toFactor(parts, await parts.bundle({}, {}));
    const [oldCall, oldCode] = [await walk.call(), await walk.code()];
    await walk.choose();
    assert.deepEqual(await giveFactor(parts.sca, oldCall, oldCode), { kind: 'refused', why: 'stale' });
    assert.deepEqual(await walk.give(oldCode), { kind: 'refused', why: 'wrong-code' });
    assert.deepEqual(await walk.give(await walk.code()), { kind: 'ended' });
  });

  test('of one session is worthless in another of the same customer', async () => {
    const [one, other] = [
      await Walk.toFactor(parts, await parts.bundle()),
      await Walk.toFactor(parts, await parts.bundle()),
    ];
    assert.deepEqual(await other.give(await one.code()), { kind: 'refused', why: 'wrong-code' });
    assert.deepEqual(await one.give(await one.code()), { kind: 'ended' });
    assert.deepEqual(await other.give(await other.code()), { kind: 'ended' });
  });

  test('from another browser is refused', async () => {
    const walk = await Walk.toFactor(parts, await parts.bundle());
    const call = { ...(await walk.call()), browserDigest: Buffer.alloc(32) };
    assert.deepEqual(await giveFactor(parts.sca, call, await walk.code()), { kind: 'refused', why: 'stale' });
  });

  test('four minutes 59.999 seconds later is in time, five minutes later is not', async () => {
    const [inTime, late] = [
      await Walk.toFactor(parts, await parts.bundle()),
      await Walk.toFactor(parts, await parts.bundle()),
    ];
    parts.clock.advance(299_999);
    assert.deepEqual(await inTime.give(await inTime.code()), { kind: 'ended' });
    assert.equal((await inTime.session()).outcome, 'approved');
    parts.clock.advance(1);
    assert.deepEqual(await late.give(await late.code()), { kind: 'ended' });
    assert.equal((await late.session()).outcome, 'timed-out');
    assert.equal((await parts.statuses(late.authorizationId)).authorization, 'Unauthorized');
  });

  test('and the idle worker, at once: either it is approved or it timed out, never half', async () => {
    for (let round = 0; round < 5; round += 1) {
      const bundle = await parts.bundle();
      const walk = await Walk.toFactor(parts, bundle);
      const [call, code] = [await walk.call(), await walk.code()];
      parts.clock.advance(300_001);
      // The worker believes five minutes have passed; the customer's process has a clock a little behind.
      const behind = { now: () => new Date(parts.clock.now().getTime() - 10_000) };
      await Promise.all([endIdleSessions(parts.sca), giveFactor({ ...parts.sca, clock: behind }, call, code)]);
      const { authorization, payments } = await parts.statuses(bundle.authorizationId);
      const { outcome } = await walk.session();
      const expected = outcome === 'approved' ? 'Authorized' : 'Unauthorized';
      assert.deepEqual([authorization, payments], [expected, [expected]]);
    }
  });
});

describe('what the code is bound to', () => {
  const CHANGES = {
    amount:
      "UPDATE payments SET request = jsonb_set(request::jsonb, '{amountCents}', '40001') WHERE authorization_id = $1",
    payee: `UPDATE payments SET request = jsonb_set(request::jsonb, '{payee,iban}', '"FI4950009420028730"') WHERE authorization_id = $1`,
    status: "UPDATE payments SET status = 'Revoked' WHERE authorization_id = $1",
  };
  for (const [what, text] of Object.entries(CHANGES)) {
    test(`if a payment's ${what} differs from what was shown, the right code approves nothing`, async () => {
      const bundle = await parts.bundle();
      const walk = await Walk.toFactor(parts, bundle);
      const code = await walk.code();
      await parts.database.query({ name: `test-change-${what}`, text }, [bundle.authorizationId]);
      assert.deepEqual(await walk.give(code), { kind: 'refused', why: 'payments-changed' });
      const { step, challenge } = await walk.session();
      assert.deepEqual([step, challenge], ['review', undefined]);
      assert.notEqual((await parts.statuses(bundle.authorizationId)).authorization, 'Authorized');
    });
  }

  test("if the TPP's name differs, the right code approves nothing", async () => {
    const walk = await Walk.toFactor(parts, await parts.bundle());
    const call = { ...(await walk.call()), tppName: 'Somebody Else' };
    const answer = await giveFactor(parts.sca, call, await walk.code());
    assert.deepEqual(answer, { kind: 'refused', why: 'payments-changed' });
  });

  test('the TPP can delete nothing while the customer is at it', async () => {
    const bundle = await parts.bundle({}, {});
    const walk = await Walk.toFactor(parts, bundle);
    const call = await parts.callOf('tpp-a', 'client');
    await assert.rejects(deletePayment(parts, call, bundle.payments[0].paymentId), { code: 'ILLEGAL_STATE' });
    assert.deepEqual(await walk.give(await walk.code()), { kind: 'ended' });
  });
});

describe('five wrong key codes in a row', () => {
  test('block the customer, and the bundle waits again', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.toFactor(parts, bundle);
    const bad = wrong(await walk.code());
    for (let attempt = 1; attempt <= 4; attempt += 1) assert.equal((await walk.give(bad)).kind, 'refused');
    assert.deepEqual(await walk.give(bad), { kind: 'ended' });
    assert.equal((await walk.session()).outcome, 'blocked');
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Unauthorized');
    const next = await Walk.open(parts, bundle);
    assert.deepEqual(await next.logIn(), { kind: 'ended' });
    await unblockCustomer(parts.sca, LIISA.username);
  });

  test('block for half an hour from the fifth', async () => {
    const walk = await Walk.toFactor(parts, await parts.bundle());
    const bad = wrong(await walk.code());
    for (let attempt = 1; attempt <= 5; attempt += 1) await walk.give(bad);
    parts.clock.advance(30 * 60_000);
    const next = await Walk.open(parts, await parts.bundle());
    assert.deepEqual(await next.logIn(), { kind: 'moved' });
    await unblockCustomer(parts.sca, LIISA.username);
  });

  test('a session in which the right code comes after the block ends too', async () => {
    const [one, other] = [
      await Walk.toFactor(parts, await parts.bundle()),
      await Walk.toFactor(parts, await parts.bundle()),
    ];
    const bad = wrong(await one.code());
    for (let attempt = 1; attempt <= 5; attempt += 1) await one.give(bad);
    assert.deepEqual(await other.give(await other.code()), { kind: 'ended' });
    assert.equal((await other.session()).outcome, 'blocked');
    await unblockCustomer(parts.sca, LIISA.username);
  });

  test('logging in anew between them does not start the count anew; a whole authentication does', async () => {
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const walk = await Walk.toFactor(parts, await parts.bundle());
      assert.equal((await walk.give(wrong(await walk.code()))).kind, 'refused');
    }
    const right = await Walk.toFactor(parts, await parts.bundle());
    await right.give(await right.code());
    assert.equal((await right.session()).outcome, 'approved');
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const walk = await Walk.toFactor(parts, await parts.bundle());
      assert.equal((await walk.give(wrong(await walk.code()))).kind, 'refused');
    }
    const fifth = await Walk.toFactor(parts, await parts.bundle());
    assert.equal((await fifth.give(wrong(await fifth.code()))).kind, 'ended');
    await unblockCustomer(parts.sca, LIISA.username);
  });

  test('of twenty guesses at once, over five sessions, no more than five are looked at', async () => {
    const walks = [];
    for (let session = 0; session < 5; session += 1) walks.push(await Walk.toFactor(parts, await parts.bundle()));
    let checks = 0;
    const { factorSecrets } = parts.sca;
    const counting = {
      ...parts.sca,
      factorSecrets: {
        keyCode: (...key: Parameters<typeof factorSecrets.keyCode>) => {
          checks += 1;
          return factorSecrets.keyCode(...key);
        },
      },
    };
    const guesses = await Promise.all(
      walks.flatMap((walk) =>
        [1, 2, 3, 4].map(async () => ({ walk, call: await walk.call(), code: await walk.code() })),
      ),
    );
    await Promise.all(guesses.map(({ call, code }) => giveFactor(counting, call, wrong(code))));
    assert.equal(checks, 5);
    const outcomes = await Promise.all(walks.map(async (walk) => (await walk.session()).outcome));
    assert.ok(outcomes.includes('blocked'));
    await unblockCustomer(parts.sca, LIISA.username);
  });
});

describe('leaving without approving', () => {
  test('cancelling leaves the bundle waiting', async () => {
    const bundle = await parts.bundle({}, {});
    const walk = await Walk.toFactor(parts, bundle);
    assert.deepEqual(await cancelScaSession(parts.sca, await walk.call()), { kind: 'ended' });
    const { authorization, payments, customerId } = await parts.statuses(bundle.authorizationId);
    assert.deepEqual(
      [authorization, payments, customerId],
      ['Unauthorized', ['Unauthorized', 'Unauthorized'], undefined],
    );
  });

  test('rejecting rejects everything for good', async () => {
    const bundle = await parts.bundle({}, {});
    const walk = await Walk.toFactor(parts, bundle);
    assert.deepEqual(await rejectPayments(parts.sca, await walk.call()), { kind: 'ended' });
    const { authorization, payments } = await parts.statuses(bundle.authorizationId);
    assert.deepEqual([authorization, payments], ['Rejected', ['Rejected', 'Rejected']]);
    const again = await Walk.open(parts, bundle);
    assert.equal((await again.look()).session.outcome, 'unavailable');
  });

  test('rejecting from a browser that is not logged in does nothing', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.toFactor(parts, bundle);
    const call = { ...(await walk.call()), browserDigest: Buffer.alloc(32) };
    assert.deepEqual(await rejectPayments(parts.sca, call), { kind: 'refused', why: 'stale' });
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Authorizing');
  });

  test('approving none is rejecting all', async () => {
    const bundle = await parts.bundle({}, {});
    const walk = await Walk.open(parts, bundle);
    await walk.logIn();
    assert.deepEqual(await walk.choose({ paymentIds: [] }), { kind: 'ended' });
    assert.equal((await parts.statuses(bundle.authorizationId)).authorization, 'Rejected');
  });

  test('cancelling and approving at once: one of them happens', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.toFactor(parts, bundle);
    const [call, code] = [await walk.call(), await walk.code()];
    await Promise.all([giveFactor(parts.sca, call, code), cancelScaSession(parts.sca, call)]);
    const { authorization } = await parts.statuses(bundle.authorizationId);
    const { outcome } = await walk.session();
    assert.equal(authorization, outcome === 'approved' ? 'Authorized' : 'Unauthorized');
  });
});

describe('choosing', () => {
  test("the payer's account of the request is preselected when it is the customer's own", async () => {
    const walk = await Walk.toFactor(parts, await parts.bundle({ payer: { iban: LIISA_SAVINGS_IBAN } }));
    assert.equal((await walk.session()).challenge?.shown.account.iban, LIISA_SAVINGS_IBAN);
  });

  test("the first account is, when the request's is somebody else's", async () => {
    const walk = await Walk.toFactor(parts, await parts.bundle());
    assert.equal((await walk.session()).challenge?.shown.account.iban, LIISA_IBAN);
  });

  test("somebody else's account is refused", async () => {
    const walk = await Walk.open(parts, await parts.bundle());
    await walk.logIn();
    const answer = await walk.choose({ account: 'FI9259995020084225' });
    assert.deepEqual(answer, { kind: 'refused', why: 'account-unknown' });
  });

  test('a payment of another bundle is refused', async () => {
    const other = await parts.bundle();
    const walk = await Walk.open(parts, await parts.bundle());
    await walk.logIn();
    const answer = await walk.choose({ paymentIds: [other.payments[0].paymentId] });
    assert.deepEqual(answer, { kind: 'refused', why: 'stale' });
  });

  test('switching the factor asks for the other over the same payments, and kills the code before', async () => {
    const bundle = await parts.bundle({}, {});
    const walk = await Walk.toFactor(parts, bundle, { paymentIds: [bundle.payments[0].paymentId] });
    const [oldCall, oldCode] = [await walk.call(), await walk.code()];
    const before = (await walk.session()).challenge;
    assert.deepEqual(await switchFactor(parts.sca, oldCall, 'mobilekey'), { kind: 'moved' });
    const after = (await walk.session()).challenge;
    assert.equal(after?.factor, 'mobilekey');
    assert.deepEqual(after?.shown, before?.shown);
    assert.deepEqual(await giveFactor(parts.sca, oldCall, oldCode), { kind: 'refused', why: 'stale' });
  });

  test('every step is in the audit trail with what was shown, and no code is', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.toFactor(parts, bundle);
    const code = await walk.code();
    await walk.give(wrong(code));
    await walk.give(code);
    const events = await parts.events(bundle.authorizationId);
    assert.deepEqual(
      new Set(events.map(({ event }) => event).filter((event) => event.startsWith('sca'))),
      new Set([
        'sca opened',
        'sca logged in',
        'sca payments shown',
        'sca challenge issued',
        'sca attempt failed',
        'sca approved',
      ]),
    );
    const trail = JSON.stringify(events.filter(({ event }) => event.startsWith('sca')));
    assert.match(trail, /"payeeName":\s*"Test_Person"/);
    for (const secret of [code, wrong(code), LIISA.password]) assert.equal(trail.includes(`"${secret}"`), false);
  });
});
