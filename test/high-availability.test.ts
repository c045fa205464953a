import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import { describeViolations } from '../bench/faults/report.ts';
import { runSeed } from '../bench/faults/run-seed.ts';
import { readRecovery } from '../bench/high-availability/recovery.ts';

const SEED = Number(process.env.LUPA_TEST_SEED ?? randomInt(2 ** 31));

/** The short run; `npm run high-availability` is the long one, which also holds the bank to its time. */
describe('a bank on two servers with synchronous replication', () => {
  test('goes on when the primary is killed and the standby promoted, and nothing acknowledged is lost', async (t) => {
    const { history, violations, directory } = await runSeed({ seed: SEED, workers: 2, faults: 1, store: 'pair' });
    rmSync(directory, { recursive: true, force: true });
    const recovery = readRecovery(history);
    t.diagnostic(`LUPA_TEST_SEED=${SEED} ${JSON.stringify(recovery)}`);
    assert.deepEqual(violations, [], describeViolations(violations, history));
    assert.ok(recovery !== undefined, 'the bank acknowledged nothing after the failover');
    // Whether a call meets the moment without a primary is chance. What is acknowledged afterwards, the former standby has taken.
    assert.ok(recovery.acknowledgedBefore > 5 && recovery.acknowledgedAfter > 5, 'there was no load to speak of');
  });
});

describe('a bank on two servers without synchronous replication', () => {
  test('loses what it had acknowledged, and the checker says so', async () => {
    const { violations, directory } = await runSeed({
      ...{ seed: SEED, workers: 2, faults: 1, store: 'asynchronous-pair', settleMs: 6_000 },
    });
    rmSync(directory, { recursive: true, force: true });
    const broken = new Set(violations.map(({ rule }) => rule));
    assert.ok(broken.has('nothing that was acknowledged is lost'), [...broken].join('; ') || 'no rule was broken');
  });
});

describe('what a recovery is measured from', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 12, 0, second)).toISOString();
  const line = (second: number, rest: object) => ({ n: second, at: at(second), ...rest }) as never;
  const failover = (second: number, phase: string) => line(second, { kind: 'fault', fault: 'failover', phase });
  const create = (second: number, id: number) => line(second, { kind: 'request', name: 'create', id });
  const answer = (second: number, id: number, status: number) => line(second, { kind: 'answer', id, status });

  test('a write that was sent before the first refusal does not count as recovery', () => {
    const history = [
      ...[create(-20, 0), answer(-20, 0, 201), create(1, 1), answer(2, 1, 201), create(3, 2), create(3, 3)],
      ...[failover(4, 'begins'), answer(5, 2, 503), answer(6, 3, 201), failover(7, 'is over')],
      ...[create(8, 4), answer(9, 4, 201)],
    ];
    assert.deepEqual(readRecovery(history), {
      ...{ promotedAfterMs: 3000, recoveredAfterMs: 4000, longestSilenceMs: 4000 },
      ...{ refused: 1, lost: 0, acknowledgedBefore: 2, acknowledgedAfter: 1 },
    });
  });

  test('a bank that acknowledges no write any more has not recovered', () => {
    const history = [
      ...[create(1, 1), answer(2, 1, 201), failover(4, 'begins'), create(5, 2), line(6, { kind: 'lost', id: 2 })],
      ...[failover(7, 'is over'), line(8, { kind: 'request', name: 'read payment', id: 3 }), answer(9, 3, 200)],
    ];
    assert.equal(readRecovery(history), undefined);
  });
});
