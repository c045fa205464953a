import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { jsonLog } from '../../src/adapters/json-log.ts';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { authorizeListener } from '../../src/http/authorize-listener.ts';
import { LoadLimit } from '../../src/http/load-limit.ts';
import { NO_MEASURES } from '../../src/ports/measures.ts';

const load = new LoadLimit();
const busy = new LoadLimit({ callsUnderWay: 0 });
after(() => {
  load.close();
  busy.close();
});
const options = {
  issuer: 'https://bank.example',
  isSandbox: false,
  tls: undefined,
  identifiers: randomIdentifiers(systemClock),
  log: jsonLog(),
  measures: NO_MEASURES,
} as const;
const app = authorizeListener({ ...options, load });

for (const url of ['/no-such-page', '/%', '/sca/%00%ff']) {
  test(`${url} is answered by a page that says so, with the headers of every page`, async () => {
    const answer = await app.inject({ url, headers: { 'accept-language': 'en' } });
    assert.equal(answer.statusCode, 404);
    assert.match(answer.body, /There is no such page/);
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
    assert.match(String(answer.headers['strict-transport-security']), /max-age/);
    assert.match(answer.body, /[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });
}

test('the page speaks the language of the browser', async () => {
  for (const [language, words] of [
    ['fi', /Sivua ei ole/],
    ['sv', /Sidan finns inte/],
  ] as const) {
    assert.match((await app.inject({ url: '/nowhere', headers: { 'accept-language': language } })).body, words);
  }
});

test('a bank with too much to do says so at once, and when to come back', async () => {
  const answer = await authorizeListener({ ...options, load: busy }).inject({
    url: '/nowhere',
    headers: { 'accept-language': 'en' },
  });
  assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '1']);
  assert.match(answer.body, /The bank has too much to do just now/);
});
