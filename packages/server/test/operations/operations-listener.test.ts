import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { type Operated, openOperationsListener } from '../../src/operations/operations-listener.ts';

const closing: (() => Promise<void>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

async function listening(operated: Partial<Operated> = {}) {
  const all = { pids: [1, 2], isEnding: false, figures: async () => [], storeAnswers: async () => {}, ...operated };
  const listener = await openOperationsListener(all, { host: '127.0.0.1', port: 0 });
  closing.push(() => listener.close());
  return async (path: string, method = 'GET') => {
    const answer = await fetch(`${listener.url}${path}`, { method });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
}

describe('the operator’s listener', () => {
  test('says that it lives and is ready, with how many workers', async () => {
    const ask = await listening();
    assert.deepEqual(JSON.parse((await ask('/livez')).text), { live: true, workers: 2 });
    const ready = await ask('/readyz');
    assert.deepEqual([ready.status, JSON.parse(ready.text)], [200, { ready: true, workers: 2 }]);
    assert.equal(ready.headers.get('cache-control'), 'no-store');
  });

  for (const [name, operated, why] of [
    ['it is ending', { isEnding: true }, /ending/],
    ['no worker is ready', { pids: [] }, /No worker/],
    [
      'the store does not answer',
      { storeAnswers: () => Promise.reject(new Error('The store is away.')) },
      /The store is away/,
    ],
  ] as const) {
    test(`is not ready when ${name}, but lives and has figures`, async () => {
      const ask = await listening(operated);
      const answer = await ask('/readyz');
      assert.equal(answer.status, 503);
      assert.match(JSON.parse(answer.text).why, why);
      for (const path of ['/livez', '/metrics']) assert.equal((await ask(path)).status, 200);
    });
  }

  test('adds up the figures of all workers', async () => {
    const figures = async (calls: number) => {
      const registry = new Registry();
      new Counter({ name: 'lupa_test_total', help: 'calls', registers: [registry] }).inc(calls);
      return registry.getMetricsAsJSON();
    };
    const ask = await listening({ figures: () => Promise.all([figures(2), figures(3)]) });
    const answer = await ask('/metrics');
    assert.match(answer.text, /^lupa_test_total 5$/m);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  });

  test('knows no other path and takes nothing but GET', async () => {
    const ask = await listening();
    for (const path of ['/', '/metrics/', '/__proto__', '/constructor']) assert.equal((await ask(path)).status, 404);
    assert.equal((await ask('/livez', 'POST')).status, 405);
    assert.equal((await ask('/livez?verbose', 'HEAD')).status, 200);
  });
});
