import {
  amountOf,
  euros,
  type Fragment,
  type Markup,
  markup,
  paymentDetails,
  type SandboxRooms,
  textsIn,
} from '@lupa/bank';
import { formatIbanInGroups } from '@lupa/protocol';
import { sandboxPage, wayBack } from './sandbox-layout.ts';

type Phone = NonNullable<Awaited<ReturnType<SandboxRooms['readPhoneRequests']>>>;
type Request = Phone['requests'][number];
type Answer = Awaited<ReturnType<SandboxRooms['answerPhoneRequest']>>;

const NOTICES: Readonly<Record<Answer, string>> = {
  approved: 'Approved. Go on at the bank’s page in your browser.',
  declined: 'Declined. The bank’s page in your browser takes you back to the shop.',
  gone: 'That request is over: it was answered, replaced by a newer one, or given up.',
};

export function parsePhoneNotice(value: unknown): Answer | undefined {
  return typeof value === 'string' && Object.hasOwn(NOTICES, value) ? (value as Answer) : undefined;
}

/** A customer's simulated phone with the requests that wait on it: the same amounts, payees and account as in the browser. */
export function phonePage(phone: Phone, shown: { notice: Answer | undefined; looksByItself: boolean }): string {
  const { username, name, requests } = phone;
  const path = `/sandbox/phone/${encodeURIComponent(username)}`;
  const isEmpty = requests.length === 0;
  return sandboxPage({
    title: isEmpty ? `Phone of ${name}` : `(${requests.length}) Phone of ${name}`,
    body: markup`<h1>Phone of ${name}</h1>
${shown.notice && markup`<p class="notice" role="status">${NOTICES[shown.notice]}</p>`}
<div class="phone">
<p class="phone-brand">Lupa mobile key</p>
${isEmpty ? nothingWaits(path, shown.looksByItself) : requests.map((request, index) => waitingRequest(request, index, path))}
</div>
<p><a href="/sandbox/key-card/${encodeURIComponent(username)}">Key card of ${name}</a></p>
${wayBack()}`,
  });
}

function nothingWaits(path: string, looksByItself: boolean): Markup {
  const look = looksByItself
    ? markup`<p class="hint">This page looks again every few seconds. <a href="${path}?look=off">Stop that</a></p>`
    : markup`<p class="hint"><a href="${path}">Look again</a></p>`;
  return markup`<p class="lead">Nothing waits for you.</p>
<p>Choose the mobile key on the bank’s page, and its request comes here.</p>
${look}`;
}

function waitingRequest({ id, shown }: Request, index: number, path: string): Markup {
  const total = shown.payments.reduce((sum, { amountCents, count }) => sum + amountCents * count, 0);
  const heading = `request-${index}`;
  return markup`<section class="card" aria-labelledby="${heading}">
<h2 id="${heading}">${shown.tppName} asks</h2>
<p class="sum"><span class="hint">You approve</span> <strong class="amount">${euros(total, 'en')}</strong></p>
<ul class="payments" role="list">${shown.payments.map(payment)}</ul>
<dl class="details"><div><dt>From account</dt><dd class="iban">${formatIbanInGroups(shown.account.iban)}</dd></div></dl>
<form method="post" action="${path}">
<input type="hidden" name="id" value="${id}">
<div class="buttons">
<button class="primary" type="submit" name="action" value="approve">Approve</button>
<button class="danger" type="submit" name="action" value="decline">Decline</button>
</div>
</form>
</section>`;
}

/** In the very words of the page in the browser, so that the two can be compared. */
function payment(shown: Request['shown']['payments'][number]): Fragment {
  return markup`<li class="payment">
<p class="line"><span class="payee">${shown.payeeName}</span> <span class="amount">${amountOf(shown, 'en')}</span></p>
${paymentDetails(shown, textsIn('en'), 'en')}
</li>`;
}
