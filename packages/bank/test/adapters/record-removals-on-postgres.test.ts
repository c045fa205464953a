import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { removeRecords } from '../../src/operations/remove-records.ts';
import { type OldAccount, OldRecords, recordRows } from './old-records.ts';
import { balances, DAY_MS, isSound, NOW, removalOf, since } from './record-removals-contract.ts';
import { type OpenDatabase, postgresForTests } from './test-databases.ts';

const PROCESS = fileURLToPath(new URL('remove-records-process.ts', import.meta.url));
const PAYMENTS = 24;
const SMALL = { bookings: 4, seals: 2, authorizations: 4 };

/** Old payments between three accounts and to other banks, each under a seal of its own, and a seal behind them. */
async function oldPayments(database: OpenDatabase): Promise<OldAccount[]> {
  const records = new OldRecords(database());
  const at = (number: number) => since((number - 100) * DAY_MS);
  const accounts = [await records.account(at(0)), await records.account(at(0)), await records.account(at(0))];
  for (let number = 1; number <= PAYMENTS; number += 1) {
    const [from, to] = [accounts[number % 3], accounts[(number * 2) % 3]];
    if (from === undefined) throw new Error('three accounts');
    await records.paid(from, at(number), to === from || number % 4 === 0 ? undefined : to);
    await records.seal(at(number));
  }
  await records.event(since(-1));
  await records.seal(since(-1));
  return accounts;
}

/** @returns whether it came to its end before it was killed, after so many transactions */
async function removeUntilKilled(url: string, transactions: number): Promise<boolean> {
  const child = spawn(process.execPath, [PROCESS, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let told = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text.replaceAll(/[^.]/g, '').length;
    // While the next transaction is under way.
    if (told >= transactions) child.kill('SIGKILL');
  });
  const [code] = (await closed) as [number | null];
  assert.ok(code === null || code === 0);
  return code === 0;
}

describe('removal from a PostgreSQL of many processes', () => {
  describe('killed again and again', () => {
    const { database, url } = postgresForTests();
    let accounts: OldAccount[];
    before(async () => {
      accounts = await oldPayments(database);
    });

    test('it goes on where it was, and after every kill the books balance and the trail holds', async () => {
      const atFirst = await balances(database(), ...accounts);
      let kills = 0;
      for (let transactions = 1; !(await removeUntilKilled(url(), transactions)); transactions += 1) {
        kills += 1;
        await isSound(database());
        assert.deepEqual(await balances(database(), ...accounts), atFirst);
      }
      assert.ok(kills >= 3, `it was killed ${kills} times`);
      const { payments, bookings, audit_seals } = await recordRows(database());
      assert.deepEqual([payments, bookings], [0, 0]);
      assert.ok(audit_seals <= 3);
      await isSound(database());
    });
  });

  describe('several at once, and a bank at work', () => {
    const { database } = postgresForTests();
    let accounts: OldAccount[];
    before(async () => {
      accounts = await oldPayments(database);
    });

    test('each record goes once, and what is booked meanwhile stays', async () => {
      const records = new OldRecords(database());
      const removals = Array.from({ length: 3 }, () =>
        removeRecords({ ...removalOf(database()), pieces: SMALL }, 10).then(({ counts }) => counts),
      );
      const payments = accounts.map(async (account, number) => {
        for (let round = 0; round < 4; round += 1) await records.paid(account, NOW, accounts[(number + 1) % 3]);
      });
      const counts = await Promise.all(removals);
      await Promise.all(payments);
      const sum = (name: 'bookings' | 'payments' | 'authorizations') =>
        counts.reduce((total, removed) => total + removed[name], 0);
      assert.deepEqual([sum('bookings'), sum('payments'), sum('authorizations')], [PAYMENTS + 3, PAYMENTS, PAYMENTS]);
      const left = await recordRows(database());
      assert.deepEqual([left.bookings, left.payments], [12, 12]);
      await isSound(database());
    });
  });
});
