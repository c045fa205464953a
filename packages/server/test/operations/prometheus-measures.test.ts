import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { prometheusMeasures } from '../../src/operations/prometheus-measures.ts';
import { workerFigures } from '../../src/operations/worker-figures.ts';

test('what the bank tells of its work stands in the figures, by route and outcome', async () => {
  const registry = new Registry();
  const measures = prometheusMeasures(registry);
  const call = { listener: 'api', method: 'PUT', route: '/payments/:paymentId', status: 200, seconds: 0.004 } as const;
  measures.callAnswered(call);
  measures.callAnswered({ ...call, status: 422 });
  measures.connectionRefused('authorize');
  measures.databaseAnswered({ what: 'submit-at-once', isFailed: true, seconds: 0.001 });
  measures.storeServerChanged();
  measures.scaEnded('approved');
  measures.exemptionDecided('refused');
  measures.submissionBooked('Credited');
  const text = await registry.metrics();
  for (const line of [
    'lupa_call_seconds_count{listener="api",method="PUT",route="/payments/:paymentId",status="200"} 1',
    'lupa_call_seconds_bucket{le="0.0025",listener="api",method="PUT",route="/payments/:paymentId",status="200"} 0',
    'lupa_call_seconds_bucket{le="0.005",listener="api",method="PUT",route="/payments/:paymentId",status="200"} 1',
    'lupa_call_seconds_count{listener="api",method="PUT",route="/payments/:paymentId",status="422"} 1',
    'lupa_connections_refused_total{listener="authorize"} 1',
    'lupa_database_seconds_count{what="submit-at-once",outcome="failed"} 1',
    'lupa_database_server_changes_total 1',
    'lupa_sca_ended_total{outcome="approved"} 1',
    'lupa_exemptions_total{outcome="refused"} 1',
    'lupa_submissions_booked_total{outcome="Credited"} 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), `${line} is missing from\n${text}`);
  }
});

test('a method somebody made up makes no figure of its own', async () => {
  const registry = new Registry();
  const measures = prometheusMeasures(registry);
  const call = { listener: 'api', route: 'unknown', status: 405, seconds: 0 } as const;
  for (const method of ['BREW', 'PROPFIND']) measures.callAnswered({ ...call, method });
  assert.match(await registry.metrics(), /lupa_call_seconds_count\{[^}]*method="other"[^}]*\} 2/);
});

test('the store is asked by the one worker that is told to, and its figures stand there alone', async () => {
  const figures = workerFigures();
  let asked = 0;
  const bank = {
    process: () => ({
      callsUnderWay: 3,
      eventLoopDelayMs: 12,
      database: { statements: 1, transactions: 2, waiting: 0 },
    }),
    store: async () => {
      asked += 1;
      return {
        submissionsAccepted: 4,
        submissionsPending: 5,
        oldestBooking: new Date(Date.now() - 60_000),
        oldestRecord: undefined,
        eventsUnsealed: 6,
        imbalanceCents: 0,
      };
    },
  };
  const namesOf = async (of: 'process' | 'store') => (await figures.read(bank, of)).map(({ name }) => name);
  const own = await namesOf('process');
  assert.equal(asked, 0);
  const ofStore = await namesOf('store');
  assert.equal(asked, 1);
  assert.deepEqual(
    own.filter((name) => ofStore.includes(name)),
    [],
  );
  assert.ok(ofStore.includes('lupa_ledger_imbalance_cents'));
  for (const name of ['lupa_calls_under_way', 'nodejs_eventloop_lag_seconds']) {
    assert.ok(own.includes(name), name);
  }
});

test('how long ago the oldest booking was booked stands there, and 0 where there is none', async () => {
  const figures = workerFigures();
  const process = () => ({
    callsUnderWay: 0,
    eventLoopDelayMs: 0,
    database: { statements: 0, transactions: 0, waiting: 0 },
  });
  const ageOf = async (oldestRecord: Date | undefined) => {
    const store = async () => ({
      ...{ submissionsAccepted: 0, submissionsPending: 0, eventsUnsealed: 0, imbalanceCents: 0 },
      ...{ oldestBooking: undefined, oldestRecord },
    });
    const read = await figures.read({ process, store }, 'store');
    return read.find(({ name }) => name === 'lupa_records_age_seconds')?.values[0]?.value ?? Number.NaN;
  };
  const elevenYears = 11 * 366 * 86_400;
  assert.ok((await ageOf(new Date(Date.now() - elevenYears * 1000))) >= elevenYears);
  assert.equal(await ageOf(undefined), 0);
});
