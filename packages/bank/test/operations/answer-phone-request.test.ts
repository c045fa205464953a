import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { answerPhoneRequest } from '../../src/operations/answer-phone-request.ts';
import { readKeyCard } from '../../src/operations/read-key-card.ts';
import { readPhoneRequests } from '../../src/operations/read-phone-requests.ts';
import { LIISA, openScaParts, PEKKA, type ScaParts, Walk } from '../sca/sca-parts.ts';

let parts: ScaParts;
before(async () => {
  parts = await openScaParts();
});
after(() => parts.close());

describe('the mobile key', () => {
  const toPhone = async (bundle?: Awaited<ReturnType<ScaParts['bundle']>>) =>
    Walk.toFactor(parts, bundle ?? (await parts.bundle()), { factor: 'mobilekey' });
  const requests = async () => (await readPhoneRequests(parts.sca, LIISA.username))?.requests ?? [];
  const answer = async (walk: Walk, action: 'approve' | 'decline' = 'approve') => {
    const id = (await walk.session()).challenge?.challengeId ?? '';
    return answerPhoneRequest(parts.sca, LIISA.username, id, action);
  };

  test('shows the phone the same amount, payees and account as the page', async () => {
    const walk = await toPhone(await parts.bundle({ amountEUR: '4.00' }, { amountEUR: '1000.50', count: 2 }));
    const { challenge } = await walk.session();
    const [request] = await requests();
    assert.deepEqual([request?.amount, request?.payees], ['2005.00', ['Test_Person', 'Test_Person']]);
    assert.deepEqual(request?.shown, challenge?.shown);
  });

  test('before the phone approves the page goes no further, and that is no wrong factor', async () => {
    const walk = await toPhone();
    for (let press = 0; press < 6; press += 1) {
      assert.deepEqual(await walk.give(''), { kind: 'refused', why: 'phone-waiting' });
    }
    assert.equal(await answer(walk), 'approved');
    assert.deepEqual(await walk.give(''), { kind: 'ended' });
    assert.equal((await parts.statuses(walk.authorizationId)).authorization, 'Authorized');
  });

  test('declined on the phone, everything is rejected', async () => {
    const walk = await toPhone();
    assert.equal(await answer(walk, 'decline'), 'declined');
    assert.equal((await walk.session()).outcome, 'rejected');
    assert.equal((await parts.statuses(walk.authorizationId)).authorization, 'Rejected');
    assert.deepEqual(await walk.give(''), { kind: 'ended' });
  });

  test('a request replaced by another cannot be approved any more', async () => {
    const walk = await toPhone();
    const old = (await walk.session()).challenge?.challengeId ?? '';
    await walk.choose({ factor: 'mobilekey' });
    assert.equal(await answerPhoneRequest(parts.sca, LIISA.username, old, 'approve'), 'gone');
    assert.deepEqual(await walk.give(''), { kind: 'refused', why: 'phone-waiting' });
  });

  test("another customer's phone cannot approve it", async () => {
    const walk = await toPhone();
    const id = (await walk.session()).challenge?.challengeId ?? '';
    assert.equal(await answerPhoneRequest(parts.sca, PEKKA.username, id, 'approve'), 'gone');
    assert.equal(await answerPhoneRequest(parts.sca, 'nobody', id, 'approve'), 'gone');
    assert.deepEqual(await walk.give(''), { kind: 'refused', why: 'phone-waiting' });
  });

  test('an answered request is no longer on the phone', async () => {
    const walk = await toPhone();
    const id = (await walk.session()).challenge?.challengeId;
    await answer(walk);
    assert.equal(
      (await requests()).some((request) => request.id === id),
      false,
    );
    assert.equal(await answer(walk, 'decline'), 'gone');
  });

  test('five minutes later the phone is too late', async () => {
    const walk = await toPhone();
    parts.clock.advance(300_000);
    assert.equal(await answer(walk), 'gone');
    assert.equal((await parts.statuses(walk.authorizationId)).authorization, 'Unauthorized');
  });

  test('approving and declining at once: one of them counts', async () => {
    const walk = await toPhone();
    const answers = await Promise.all([answer(walk), answer(walk, 'decline')]);
    assert.equal(answers.filter((given) => given === 'gone').length, 1);
  });
});

describe('the key card', () => {
  test('has the code that is asked for, from the first number to the hundred and first', async () => {
    const bundle = await parts.bundle();
    const walk = await Walk.toFactor(parts, bundle);
    for (let asked = 1; asked <= 101; asked += 1) {
      const card = await readKeyCard(parts.sca, LIISA.username);
      const key = (await walk.session()).challenge?.key;
      assert.equal(card?.series, key?.series);
      assert.equal(card?.keys.find(({ number }) => number === key?.number)?.code, await walk.code());
      if (asked < 101) await walk.choose();
    }
    assert.equal((await walk.session()).challenge?.key?.series, 2);
  });

  test('of nobody is none', async () => {
    assert.equal(await readKeyCard(parts.sca, 'nobody'), undefined);
    assert.equal(await readPhoneRequests(parts.sca, 'nobody'), undefined);
  });
});
