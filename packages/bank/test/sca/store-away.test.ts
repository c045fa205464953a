import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LupaError } from '@lupa/protocol';
import fastify from 'fastify';
import { scaPages } from '../../src/sca/sca-pages.ts';
import { FakeInteractions } from './fake-interactions.ts';
import { openScaParts } from './sca-parts.ts';

/** Interactions are the first thing a page asks the store for. */
class LostInteractions extends FakeInteractions {
  readonly code: LupaError['code'];

  constructor(code: LupaError['code']) {
    super();
    this.code = code;
  }

  override async find(): Promise<never> {
    throw new LupaError(this.code);
  }
}

const parts = await openScaParts();
after(() => parts.close());

for (const { code, retryAfter, words } of [
  { code: 'UNAVAILABLE', retryAfter: '5', words: /this page cannot say/ },
  { code: 'OUTCOME_UNKNOWN', retryAfter: '1', words: /this page cannot say/ },
  { code: 'TOO_MANY_REQUESTS', retryAfter: '1', words: /Nothing was approved/ },
] as const) {
  test(`${code}: the page says what is known of it, and when to come back`, async () => {
    const app = fastify();
    const issuer = 'http://localhost:8080';
    await app.register(scaPages({ sca: parts.sca, interactions: new LostInteractions(code), issuer }));
    const answer = await app.inject({ url: '/sca/any', headers: { 'accept-language': 'en' } });
    assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, retryAfter]);
    assert.match(answer.body, words);
    await app.close();
  });
}
