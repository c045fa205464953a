import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseAmountEUR } from '@lupa/protocol';
import { placeEmptyStore } from '../../../test/support/pglite-store.ts';
import { startPostgres } from '../../../test/support/postgres.ts';
import { playCustomer, type SandboxOptions, startSandbox } from '../src/index.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { waitingAuthorization } from './support/waiting-authorization.ts';

const QUIET = { apiPort: 0, authorizePort: 0, shop: false } satisfies SandboxOptions;

/** Makes one payment of Aino's, to its end. */
async function payOnce(sandbox: Awaited<ReturnType<typeof startSandbox>>, amountEUR: string): Promise<void> {
  const { tpp, payment, authorizationUrl, pending } = await waitingAuthorization(sandbox, amountEUR);
  const callbackUrl = await playCustomer({ authorizationUrl, username: 'aino', password: 'aino-salasana' });
  const tokens = await tpp.exchangeCode(await tpp.handleCallback(callbackUrl, pending));
  const { submissionId } = await tpp.submitPayment(payment.paymentId, { tokens });
  assert.equal((await tpp.waitForStatus(payment.paymentId, submissionId, { tokens })).status, 'Submitted');
  tpp.close();
}

function cents(balanceEUR = ''): number {
  return parseAmountEUR(balanceEUR) ?? Number.NaN;
}

async function balancesKept(t: TestContext, options: SandboxOptions): Promise<void> {
  const first = await startSandbox(options);
  t.after(() => first.close());
  const [before] = first.users[0]?.accounts ?? [];
  await payOnce(first, '10.01');
  await first.close();
  const second = await startSandbox(options);
  t.after(() => second.close());
  const [after] = second.users[0]?.accounts ?? [];
  assert.equal(cents(before?.balanceEUR) - cents(after?.balanceEUR), 1001);
  assert.deepEqual(Object.values(await second.bank.administration.trialBalance()).map(Number), [0, 0, 0, 0]);
}

test('what was paid stays paid: a later start resets no balance', async (t) => {
  const dataDir = await temporaryDirectory(t);
  await placeEmptyStore(dataDir);
  await balancesKept(t, { ...QUIET, dataDir });
});

test('on a PostgreSQL it is the same, and no store is made in the data directory', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const dataDir = await temporaryDirectory(t);
  await balancesKept(t, { ...QUIET, dataDir, databaseUrl: await postgres.createDatabase() });
  assert.equal(existsSync(join(dataDir, 'store')), false);
});

test('a start that is given up leaves nothing open: the next one finds lock and ports free', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const giveUp = new Error('given up');
  await assert.rejects(
    startSandbox({ ...QUIET, dataDir, signal: AbortSignal.abort(giveUp) }),
    (error) => error === giveUp,
  );
  const sandbox = await startSandbox({ ...QUIET, dataDir });
  await assert.rejects(startSandbox({ ...QUIET, dataDir }), { name: 'DirectoryInUse' });
  await sandbox.close();
  await sandbox.close();
});
