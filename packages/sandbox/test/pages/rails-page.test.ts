import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookedPayment, HOSTILE_NAME } from '../support/booked-payment.ts';
import { testSandbox } from '../support/test-sandbox.ts';

const sandbox = testSandbox();

function ask(path: string, accept = 'text/html'): Promise<Response> {
  return fetch(new URL(path, sandbox().authorize), { headers: { accept } });
}

test('before a payment has left there is nothing to show, and no such message', async () => {
  assert.match(await (await ask('/sandbox/rails')).text(), /No payment has left the bank yet/);
  const answer = await ask('/sandbox/rails/20261122NOSUCHTHING0');
  assert.equal(answer.status, 404);
  assert.match(await answer.text(), /No such message/);
});

test('a payment to another bank is listed and downloaded as XML; one inside the bank is not there', async () => {
  await bookedPayment(sandbox(), 'FI5850009420172322');
  const { archiveId, paymentId, submissionId, payment } = await bookedPayment(sandbox(), 'FI2112345600000785');
  const { messages } = (await (await ask('/sandbox/rails', 'application/json')).json()) as { messages: object[] };
  assert.deepEqual(
    messages.map((each) => ({ ...each, message: '', created: '' })),
    [
      {
        messageId: archiveId,
        paymentId,
        submissionId,
        amountCents: 400,
        payeeName: HOSTILE_NAME,
        message: '',
        created: '',
      },
    ],
  );

  const html = await (await ask('/sandbox/rails')).text();
  assert.ok(html.includes('Ödön &lt;b&gt;&amp; &quot;Söner&quot;'));
  assert.match(html, new RegExp(`href="/sandbox/rails/${archiveId}" download="${archiveId}\\.xml"`));

  const download = await ask(`/sandbox/rails/${archiveId}`);
  assert.equal(download.headers.get('content-type'), 'application/xml; charset=utf-8');
  assert.equal(download.headers.get('content-disposition'), `attachment; filename="${archiveId}.xml"`);
  assert.equal(download.headers.get('cache-control'), 'no-store');
  assert.equal(download.headers.get('x-content-type-options'), 'nosniff');
  assert.match(download.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const xml = await download.text();
  assert.match(xml, /<Nm>Odon \.b\.\+ 'Soner'<\/Nm>/);
  assert.match(xml, /<BICFI>LUPAFIH0<\/BICFI>/);
  assert.match(xml, /<PstCd>00100<\/PstCd>\s*<TwnNm>Helsinki<\/TwnNm>\s*<Ctry>FI<\/Ctry>\s*<AdrLine>Katu 1<\/AdrLine>/);
  assert.match(xml, /<Ref>RF18539007547034<\/Ref>/);

  // The TPP still reads what it wrote.
  assert.equal(payment.paymentType, 'SepaPayment');
  assert.equal(payment.payee.name, HOSTILE_NAME);
});
