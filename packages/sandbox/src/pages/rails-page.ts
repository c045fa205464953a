import { euros, type Fragment, markup, type SandboxRooms } from '@lupa/bank';
import { sandboxPage, wayBack } from './sandbox-layout.ts';

type OutgoingMessage = Awaited<ReturnType<SandboxRooms['readOutgoingMessages']>>[number];

export const RAILS_PATH = '/sandbox/rails';

/** The newest messages the page shows. */
export const MESSAGES_SHOWN = 50;

/** What left, or waits to leave, for other banks. */
export function railsPage(messages: readonly OutgoingMessage[]): string {
  return sandboxPage({
    title: 'Payment rails',
    isWide: true,
    body: markup`<h1>Payment rails</h1>
<p class="lead">Each booked SEPA payment to another bank leaves as one ISO 20022 message, pacs.008. Nobody takes them from the sandbox, so they wait here.</p>
${messages.length === 0 ? markup`<p>No payment has left the bank yet.</p>` : messageList(messages)}
${wayBack()}`,
  });
}

function messageList(messages: readonly OutgoingMessage[]): Fragment {
  return markup`<section class="card" aria-labelledby="messages">
<h2 id="messages">Newest messages</h2>
<ul class="payments" role="list">${messages.map(message)}</ul>
<p class="hint">At most ${String(MESSAGES_SHOWN)} are shown. Names stand here as the TPP wrote them; inside a message they are in the SEPA character set.</p>
</section>`;
}

function message({
  messageId,
  payeeName,
  amountCents,
  paymentId,
  submissionId,
  created,
  sent,
}: OutgoingMessage): Fragment {
  return markup`<li class="payment">
<p class="line"><span class="payee">${payeeName}</span> <span class="amount">${euros(amountCents, 'en')}</span></p>
<dl class="details">
<div><dt>Message</dt><dd><a href="${RAILS_PATH}/${messageId}" download="${messageId}.xml">${messageId}.xml</a></dd></div>
<div><dt>Payment</dt><dd>${paymentId}</dd></div>
<div><dt>Submission</dt><dd>${submissionId}</dd></div>
<div><dt>Written</dt><dd>${created.toISOString()}</dd></div>
<div><dt>Sent</dt><dd>${sent === undefined ? 'waits' : sent.toISOString()}</dd></div>
</dl>
</li>`;
}
