import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyStoredAuditTrail } from '@lupa/bank';
import { parseAmountEUR, type SepaPayment, type Submission } from '@lupa/protocol';
import { startSandbox } from '@lupa/sandbox';
import { startPostgres } from '../support/postgres.ts';
import { type Acknowledged, type ApprovedPayment, nothingAcknowledged, runWorker } from './support/crash-load.ts';
import { jsonOf } from './support/https-call.ts';
import { type LupaProcessOptions, startLupa } from './support/lupa-process.ts';
import { SeededRandom } from './support/seeded-random.ts';
import { StoreContents } from './support/store-contents.ts';
import { TestTpp } from './support/test-tpp.ts';
import { demoTpp } from './support/tpp-identity.ts';

/** `LUPA_TEST_SEED` repeats a run: the same kills and the same mix of calls, as far as the machine's timing lets them be. */
const SEED = Number(process.env.LUPA_TEST_SEED ?? randomInt(2 ** 31));
const WORKERS = 6;
const SOUND = { imbalanceCents: 0, accountsOff: 0, reservationsOff: 0, submissionsOff: 0 };

const MIKKO = 'FI4950009420028730';
/** An account of another bank: paid through settlement. */
const ELSEWHERE = 'FI2112345600000785';

interface Store {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}

describe('kill -9 of the bank at random moments under load', () => {
  test('PostgreSQL: nothing acknowledged is lost, nothing is done twice, the books balance', async (t) => {
    const postgres = await startPostgres();
    try {
      await inTemporaryDirectory(async (dataDir) => {
        const databaseUrl = await postgres.createDatabase();
        await survive(t, { dataDir, databaseUrl }, 6);
        await assertMessagesLeft(databaseUrl);
      });
    } finally {
      await postgres.stop();
    }
  });

  test('PGlite: nothing acknowledged is lost, nothing is done twice, the books balance', async (t) => {
    await inTemporaryDirectory((dataDir) => survive(t, { dataDir, databaseUrl: undefined }, 3));
  });
});

async function survive(t: TestContext, store: Store, kills: number): Promise<void> {
  t.diagnostic(`LUPA_TEST_SEED=${SEED}`);
  const random = new SeededRandom(SEED);
  const givingUp = new AbortController();
  let lupa = await startLupa(store);
  const { api, authorize, users } = lupa.facts;
  const restart = { ...store, apiPort: portOf(api), authorizePort: portOf(authorize) };
  const openingCents = new Map(
    users.flatMap(({ accounts }) => accounts.map((each) => [each.iban, centsOf(each.balanceEUR)])),
  );
  const tpp = await TestTpp.of(await demoTpp(lupa.facts), lupa.facts);
  try {
    const clientToken = await tpp.clientToken();
    const payments = await approvePayments(tpp, clientToken);
    const acknowledged = nothingAcknowledged();
    const load = { tpp, clientToken, payments, random, acknowledged, givenUp: givingUp.signal };

    let goesOn = true;
    const workers = Promise.all(
      Array.from({ length: WORKERS }, () => runWorker(load, () => goesOn && !givingUp.signal.aborted)),
    );
    // A worker that fails ends the test at once, and not after all the kills.
    const stopped = workers.then(() => undefined);
    for (let kill = 0; kill < kills; kill += 1) {
      await Promise.race([stopped, sleep(300 + random.below(2_000))]);
      await lupa.end('SIGKILL');
      if (kill === 1) await killWhileStarting(restart, random.below(1_500));
      lupa = await Promise.race([startLupa(restart), stopped.then(() => assert.fail('unreachable'))]);
      assert.equal(lupa.facts.api, api, 'the port was taken meanwhile');
    }
    await Promise.race([stopped, sleep(500)]);
    goesOn = false;
    await workers;

    describeLoad(t, acknowledged, kills);
    await assertPaymentsExist(tpp, clientToken, acknowledged);
    await assertTokensWork(tpp, payments, acknowledged);
    const booked = await assertBookedOnce(tpp, payments, acknowledged);
    assert.equal(await lupa.end('SIGTERM'), 0);
    await assertBooks(store, openingCents, booked);
    await assertAuditTrailHolds(store);
  } finally {
    givingUp.abort();
    tpp.close();
    await lupa.end('SIGKILL');
  }
}

/** Every event is chained and sealed, whatever was under way at each kill. */
async function assertAuditTrailHolds({ dataDir, databaseUrl }: Store): Promise<void> {
  const { ok, faults, events, waitingEvents } = await verifyStoredAuditTrail(
    databaseUrl === undefined
      ? { kind: 'pglite', directory: join(dataDir, 'store') }
      : { kind: 'postgres', url: databaseUrl },
  );
  assert.deepEqual({ ok, faults, waitingEvents }, { ok: true, faults: [], waitingEvents: 0 });
  assert.ok(events > 100);
}

/** A start that is killed, finished or not, must leave nothing that keeps the next one out. */
async function killWhileStarting(restart: LupaProcessOptions, afterMs: number): Promise<void> {
  const started = await startLupa({ ...restart, killAfterMs: afterMs }).catch(() => undefined);
  await started?.end('SIGKILL');
}

/** Payments to submit: many that go out once, and a few that recur up to a thousand times, so that there is always one. */
async function approvePayments(tpp: TestTpp, clientToken: string): Promise<ApprovedPayment[]> {
  const approve = async (username: string, payerIban: string, wishes: readonly Partial<SepaPayment>[]) => {
    const made: SepaPayment[] = [];
    for (const wish of wishes) {
      const joins = made[0] === undefined ? {} : { authorizationId: made[0].authorizationId };
      made.push(await tpp.created(clientToken, { payer: { iban: payerIban }, ...wish, ...joins }));
    }
    const person = { username, password: `${username}-salasana` };
    const tokens = await tpp.userTokens(made[0]?.authorizationId ?? '', person);
    return made.map(({ paymentId, amountEUR, payee, count }) => ({
      ...{ paymentId, payerIban, count, payeeIban: payee.iban },
      amountCents: centsOf(amountEUR),
      token: tokens.access_token,
    }));
  };
  const to = (iban: string) => ({ payee: { iban, name: 'Somebody' } });
  const once = Array.from({ length: 40 }, (_, at) => ({
    amountEUR: `${1 + (at % 5)}.00`,
    ...to(at % 2 ? MIKKO : ELSEWHERE),
  }));
  const often = [
    { amountEUR: '0.01', count: 1000, ...to(MIKKO) },
    { amountEUR: '0.03', count: 1000, ...to(ELSEWHERE) },
    { amountEUR: '0.02', count: 1000, ...to(MIKKO), paymentOrder: 'SEPA_INST' as const },
  ];
  return [
    ...(await approve('aino', 'FI9259995020084225', once)),
    ...(await approve('aino', 'FI3252999600300040', often)),
    ...(await approve('ville', 'FI5850009420172322', often)),
  ];
}

/** Every acknowledged payment is there as it was acknowledged, and no bundle holds one more. */
async function assertPaymentsExist(tpp: TestTpp, token: string, { creations, bundles }: Acknowledged): Promise<void> {
  for (const [authorizationId, keys] of bundles) {
    const answer = await tpp.call({ path: `/authorizations/${authorizationId}/payments`, token });
    const { payments } = jsonOf<{ payments: SepaPayment[] }>(answer);
    const byId = (one: SepaPayment, other: SepaPayment) => one.paymentId.localeCompare(other.paymentId);
    const expected = keys.map((key) => creations.get(key) ?? assert.fail(`no answer for ${key}`));
    assert.deepEqual(payments.sort(byId), expected.sort(byId));
  }
  const ids = new Set([...creations.values()].map(({ paymentId }) => paymentId));
  assert.equal(ids.size, creations.size, 'two keys gave one payment');
}

async function assertTokensWork(
  tpp: TestTpp,
  [payment]: readonly ApprovedPayment[],
  { tokens }: Acknowledged,
): Promise<void> {
  for (const token of tokens) {
    const { status } = await tpp.call({ path: `/payments/${payment?.paymentId}`, token });
    assert.equal(status, 200, 'a token that was given does not work');
  }
}

/** Every acknowledged submission is booked in the end, once, and nothing else is. @returns cents that left and reached accounts */
async function assertBookedOnce(
  tpp: TestTpp,
  payments: readonly ApprovedPayment[],
  { submissions }: Acknowledged,
): Promise<Map<string, number>> {
  const moved = new Map<string, number>();
  const move = (iban: string, cents: number) => moved.set(iban, (moved.get(iban) ?? 0) + cents);
  const archiveIds = new Set<string | undefined>();
  let number = 0;
  for (const { paymentId, token, amountCents, payerIban, payeeIban } of payments) {
    const found = await allBooked(tpp, paymentId, token);
    const ids = submissions.get(paymentId) ?? [];
    assert.deepEqual(found.map(({ submissionId }) => submissionId).sort(), [...ids].sort());
    for (const { archiveId } of found) archiveIds.add(archiveId);
    number += found.length;
    move(payerIban, -amountCents * found.length);
    move(payeeIban, amountCents * found.length);
  }
  assert.equal(archiveIds.size, number, 'two submissions share a booking, or one has none');
  return moved;
}

async function allBooked(tpp: TestTpp, paymentId: string, token: string): Promise<Submission[]> {
  for (;;) {
    const answer = await tpp.call({ path: `/sepa-payments/${paymentId}/submissions`, token });
    const { submissions } = jsonOf<{ submissions: Submission[] }>(answer);
    const isFinal = ({ status }: Submission) => status === 'Submitted' || status === 'Credited';
    if (submissions.every(isFinal)) return submissions;
    assert.ok(
      submissions.every((each) => isFinal(each) || each.status === 'Accepted'),
      answer.bytes.toString(),
    );
    await sleep(50);
  }
}

/** Opens the same store once more, and asks the books themselves. */
async function assertBooks(store: Store, openingCents: Map<string, number>, moved: Map<string, number>): Promise<void> {
  const { dataDir, databaseUrl } = store;
  const database = databaseUrl === undefined ? {} : { databaseUrl };
  const sandbox = await startSandbox({
    dataDir,
    ...database,
    apiPort: 0,
    authorizePort: 0,
    shop: false,
    log: { level: 'fatal' },
  });
  try {
    assert.deepEqual(await sandbox.bank.administration.trialBalance(), SOUND);
    for (const { iban, balanceEUR } of sandbox.users.flatMap(({ accounts }) => accounts)) {
      assert.equal(centsOf(balanceEUR), (openingCents.get(iban) ?? 0) + (moved.get(iban) ?? 0), `balance of ${iban}`);
    }
  } finally {
    await sandbox.close();
  }
}

/** What left the bank, and nothing else, has a message to the rails: one each, for the key of the table is the submission's. */
async function assertMessagesLeft(databaseUrl: string): Promise<void> {
  const store = await StoreContents.open(databaseUrl);
  try {
    const [counted] = await store.query<{ left: string; messages: string; wrong: string }>(
      `SELECT count(*) FILTER (WHERE credited.purpose = 'settlement') AS left, count(m.message_id) AS messages,
         count(*) FILTER (WHERE (credited.purpose = 'settlement') <> (m.message_id IS NOT DISTINCT FROM b.archive_id)) AS wrong
       FROM bookings b
       JOIN accounts credited ON credited.account_id = b.credit_account_id
       LEFT JOIN outgoing_messages m ON m.payment_id = b.payment_id AND m.submission_id = b.submission_id
       WHERE b.payment_id IS NOT NULL`,
    );
    assert.ok(Number(counted?.left) > 0, 'nothing left the bank');
    assert.deepEqual(counted, { left: counted?.left, messages: counted?.left, wrong: '0' });
  } finally {
    await store.close();
  }
}

function describeLoad(t: TestContext, { creations, submissions, tokens, resent }: Acknowledged, kills: number): void {
  const submitted = [...submissions.values()].flat().length;
  t.diagnostic(
    `${kills} kills; acknowledged: ${creations.size} payments, ${submitted} submissions, ${tokens.length} tokens; ${resent} calls sent again`,
  );
  assert.ok(creations.size >= kills && submitted >= kills && resent > 0, 'there was no load to speak of');
}

async function inTemporaryDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'lupa-crash-'));
  try {
    await use(join(directory, 'data'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function centsOf(euros: string): number {
  return parseAmountEUR(euros) ?? assert.fail(`${euros} is no amount`);
}
