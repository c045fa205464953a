import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as afterEvents } from 'node:timers/promises';
import { openTrustService } from '../../../test/support/certificate-authority.ts';
import type { Database, Statement } from '../src/adapters/postgres/database.ts';
import { assembleBank } from '../src/bank-parts.ts';
import { startBankWork } from '../src/bank-work.ts';
import type { BankSettings } from '../src/settings.ts';

/** What a bank with these settings asks its store for without being asked, and how often it reads its keys, from start to end. */
async function workOf(settings: Pick<BankSettings, 'backgroundWork'>) {
  const trust = await openTrustService();
  const asked: string[] = [];
  const empty = async <Row>({ name }: Statement): Promise<Row[]> => {
    asked.push(name);
    return [];
  };
  const database: Database = {
    query: empty,
    transaction: (work) =>
      work({ query: empty, send: ({ name }: Statement) => void asked.push(name), script: async () => undefined }),
    close: async () => undefined,
  };
  let keysRead = 0;
  const reread = async () => {
    keysRead += 1;
  };
  try {
    const parts = assembleBank(
      { api: { trustedIssuers: trust.ca }, factorSecret: 'x'.repeat(43), log: { level: 'fatal' } } as BankSettings,
      database,
    );
    const work = startBankWork(parts, { current: () => ({}) as never, reread }, settings);
    work.booking.wake();
    for (let turn = 0; turn < 100; turn += 1) await afterEvents();
    await work.stop();
    return { asked: new Set(asked), keysRead };
  } finally {
    await trust.close();
  }
}

test('a bank does its background work itself', async () => {
  const { asked, keysRead } = await workOf({});
  for (const name of ['due-bookings', 'pending-since', 'unauthorized-before']) assert.ok(asked.has(name), name);
  assert.ok(keysRead > 0);
});

test('a bank whose background work is done elsewhere books, expires and seals nothing, and still follows its keys', async () => {
  const { asked, keysRead } = await workOf({ backgroundWork: 'elsewhere' });
  assert.deepEqual([...asked], []);
  assert.ok(keysRead > 0);
});
