import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyStoredAuditTrail } from '@lupa/bank';
import { CustomerAtTheBank } from '../flow/support/customer-at-the-bank.ts';
import { StoreContents } from '../flow/support/store-contents.ts';
import { TestTpp } from '../flow/support/test-tpp.ts';
import { type ServeProcess, startServe } from './support/serve-process.ts';
import { prepareServedBank, type ServedBank } from './support/served-bank.ts';

const EXPIRING = 24;
const IDLE = 5;
const SUBMITTED = 60;
const LAPSED = 20;

let bank: ServedBank;
let served: ServeProcess;
let store: StoreContents;
let tpp: TestTpp;

before(async () => {
  bank = await prepareServedBank();
  served = await startServe(bank.files.write(await bank.configuration()), { workers: 4 });
  store = await StoreContents.open(bank.databaseUrl);
  tpp = await TestTpp.of(bank.tpp, served, { keepAlive: false });
});
after(async () => {
  tpp?.close();
  await served?.end('SIGKILL');
  await store?.close();
  await bank?.close();
});

test('four workers do what nobody asks for, and each thing once: booking, lapsing, idling, expiring, purging, sealing', async () => {
  const token = await tpp.clientToken();
  const expiring: string[] = [];
  for (let made = 0; made < EXPIRING; made += 1) expiring.push((await tpp.created(token)).authorizationId);
  const idle: string[] = [];
  for (let made = 0; made < IDLE; made += 1) {
    const { authorizationId } = await tpp.created(token);
    const customer = await CustomerAtTheBank.open(tpp.authorizationUrl(authorizationId));
    await customer.logIn('ville');
    idle.push(authorizationId);
  }
  const { paymentId, authorizationId } = await tpp.created(token, { count: 1000, amountEUR: '0.01' });
  const user = await tpp.userTokens(authorizationId, { readKey: bank.readKey('aino') });
  const ids = Array.from({ length: SUBMITTED }, () => randomUUID());
  await Promise.all(ids.map((id) => tpp.submit(user.access_token, paymentId, id)));

  // As if a day had passed for some, and their time for others.
  const list = (those: readonly string[]) => `'{${those.join(',')}}'`;
  for (const statement of [
    `UPDATE authorizations SET created = created - interval '2 days' WHERE authorization_id = ANY(${list(expiring)})`,
    `UPDATE sca_sessions SET last_seen = last_seen - interval '1 hour' WHERE authorization_id = ANY(${list(idle)})`,
    `UPDATE request_nonces SET forget_after = now() - interval '1 hour'`,
    `UPDATE token_artifacts SET expires_at = now() - interval '1 hour' WHERE model = 'Interaction'`,
    `INSERT INTO submissions (payment_id, submission_id, status, created, modified, pending_until)
       SELECT '${paymentId}', 'lapsed-' || n, 'Pending', now(), now(), now() - interval '1 minute'
       FROM generate_series(1, ${LAPSED}) AS n`,
  ]) {
    await store.query(statement);
  }
  const left = `SELECT
    (SELECT count(*) FROM authorizations WHERE authorization_id = ANY(${list(expiring)}) AND status <> 'Revoked')
    + (SELECT count(*) FROM sca_sessions WHERE step <> 'ended' AND authorization_id = ANY(${list(idle)}))
    + (SELECT count(*) FROM request_nonces)
    + (SELECT count(*) FROM token_artifacts WHERE model = 'Interaction')
    + (SELECT count(*) FROM submissions WHERE status = 'Pending')
    + (SELECT count(*) FROM booking_queue)
    + (SELECT count(*) FROM audit_unsealed) AS left`;
  while ((await store.query<{ left: string }>(left))[0]?.left !== '0') await sleep(200);

  const counted = await store.query<{ event: string; times: string }>(
    `SELECT event, count(*) AS times FROM audit_events
     WHERE event IN ('authorization expired', 'submission rejected', 'submission booked') GROUP BY event ORDER BY event`,
  );
  assert.deepEqual(
    counted.map(({ event, times }) => [event, Number(times)]),
    [
      ['authorization expired', EXPIRING],
      ['submission booked', SUBMITTED],
      ['submission rejected', LAPSED],
    ],
  );
  const [booked] = await store.query<{ bookings: string; submissions: string }>(
    `SELECT count(*) AS bookings, count(DISTINCT submission_id) AS submissions FROM bookings WHERE payment_id = '${paymentId}'`,
  );
  assert.deepEqual(booked, { bookings: String(SUBMITTED), submissions: String(SUBMITTED) });
  for (const id of idle) assert.equal((await tpp.readAuthorization(token, id)).status, 'Unauthorized');
  const faults = await bank.office.administration.trialBalance();
  assert.ok(
    Object.values(faults).every((number) => number === 0),
    JSON.stringify(faults),
  );
  const trail = await verifyStoredAuditTrail({ kind: 'postgres', url: bank.databaseUrl });
  assert.deepEqual({ ok: trail.ok, faults: trail.faults }, { ok: true, faults: [] });
  assert.deepEqual(
    served.log.filter(({ level }) => Number(level) >= 40),
    [],
    'no worker complained',
  );
});
