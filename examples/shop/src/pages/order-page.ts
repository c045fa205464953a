import { formatIbanInGroups } from '@lupa/tpp';
import { euros } from '../euros.ts';
import { type Html, html } from '../html.ts';
import { canPayAnew, isPaid, type Order, type OrderPayment, type OrderStage, orderStage } from '../orders.ts';
import type { Session } from '../sessions.ts';
import { csrfField, layout } from './layout.ts';

/** What the order as a whole is called in each stage. */
export const STAGES: Readonly<Record<OrderStage, { tag: string; title: Html | string; text: string }>> = {
  'at-bank': {
    tag: 'at the bank',
    title: 'Waiting for you at your bank',
    text: 'The payment has been set up, and nothing is charged before you approve it there.',
  },
  refused: { tag: 'not paid', title: 'Not paid', text: '' },
  paying: {
    tag: 'being paid',
    title: 'Your payment is on its way',
    text: 'You have approved it and the bank is booking it. This usually takes a few seconds.',
  },
  paid: { tag: 'paid', title: html`Paid. <span lang="fi">Kiitos!</span>`, text: 'Your bank has debited your account.' },
  'partly-paid': { tag: 'partly paid', title: 'Partly paid', text: 'One payment went through and another did not.' },
  unpaid: { tag: 'not paid', title: 'Not paid', text: 'You can try again; see below what happened.' },
};

export interface Liveness {
  /** Whether the page loads itself anew. */
  readonly isLive: boolean;
  /** How often it would; absent when there is nothing to wait for. */
  readonly seconds: number | undefined;
}

export function orderPage(order: Order, session: Session, liveness: Liveness): Html {
  const stage = orderStage(order);
  const { title } = STAGES[stage];
  const text = order.exemption?.kind === 'granted' ? UNASKED[stage] : undefined;
  return layout({
    title: `Order ${order.number}`,
    session,
    body: html`
      <p class="over">Order ${order.number}</p>
      <h1 class="stage ${stage}">${title}</h1>
      <div role="status"><p class="lead">${order.visit?.refusal?.explanation ?? text ?? STAGES[stage].text}</p>
        ${exemptionNote(order)}</div>
      <div class="columns">
        <div>
          ${order.payments.map((payment) => paymentCard(payment, order))}
          ${actions(order, stage, session)}
          ${liveness.seconds === undefined ? '' : liveNote(order, liveness)}
        </div>
        ${receipt(order)}
      </div>`,
  });
}

/** How the stages differ for an order that went unasked. */
const UNASKED: Readonly<Partial<Record<OrderStage, string>>> = {
  paying: 'Your bank let it through and is booking it. This usually takes a few seconds.',
};

/** That the customer was not asked, or why they were after all. */
function exemptionNote({ exemption, visit }: Order): Html | string {
  if (exemption?.kind === 'granted') {
    return html`<p class="note">Made with an exemption: on the strength of your earlier approval, without logging in again.</p>`;
  }
  if (exemption?.kind !== 'refused' || visit?.refusal !== undefined) return '';
  return html`<p class="note">${exemption.explanation}</p>`;
}

function paymentCard(payment: OrderPayment, order: Order): Html {
  const { payee, amount, remittance, submission, problem } = payment;
  return html`
    <section class="card payment" aria-label="Payment to ${payee.name}">
      <div class="payment-head"><h2>To ${payee.name}</h2><p class="price">${euros(amount)}</p></div>
      ${progress(payment, order)}
      ${problem === undefined ? '' : html`<div class="problem"><p>${problem.explanation}</p>${problemIds(payment)}</div>`}
      <dl class="facts">
        <div><dt>Account</dt><dd>${formatIbanInGroups(payee.iban)}</dd></div>
        ${
          'reference' in remittance
            ? html`<div><dt>Reference</dt><dd>${remittance.reference}</dd></div>`
            : html`<div><dt>Message</dt><dd>${remittance.message}</dd></div>`
        }
        ${submission === undefined ? '' : html`<div><dt>Submission</dt><dd><code>${submission.submissionId}</code>, ${submission.status}</dd></div>`}
        ${submission?.archiveId === undefined ? '' : html`<div><dt>Archive id</dt><dd><code>${submission.archiveId}</code></dd></div>`}
      </dl>
    </section>`;
}

/** How far the payment has come, in the contract's own words. */
function progress(payment: OrderPayment, { exemption }: Order): Html {
  const { status, submission, problem, paymentId } = payment;
  const booked = submission?.status === 'Credited' ? 'Credited' : 'Submitted';
  const isApproved = status === 'Authorized' || submission !== undefined;
  const done = [
    paymentId !== undefined,
    isApproved,
    submission !== undefined && submission.status !== 'Pending' && submission.status !== 'Error',
    isPaid(payment),
  ];
  const stations = [
    ['Created', 'set up at the bank'],
    ['Authorized', exemption?.kind === 'granted' ? 'by your earlier approval' : 'approved by you'],
    ['Accepted', 'taken by the bank'],
    [booked, booked === 'Credited' ? 'on the seller’s account' : 'debited from your account'],
  ] as const;
  const reached = done.lastIndexOf(true);
  return html`
    <ol class="progress">${stations.map(([name, meaning], index) => {
      const state = index > reached ? 'ahead' : problem !== undefined && index === reached ? 'stuck' : 'done';
      return html`
      <li class="${state}"${index === reached ? html` aria-current="step"` : ''}>
        <strong>${name}</strong> <span>${meaning}${state === 'ahead' ? html`<span class="hidden">, not yet</span>` : ''}</span></li>`;
    })}
    </ol>`;
}

function problemIds({ problem }: OrderPayment): Html | string {
  if (problem?.requestId === undefined) return '';
  return html`<p class="muted">Should you ask your bank about it: request <code>${problem.requestId}</code></p>`;
}

/** What the customer can do about an order that is not paid. */
function actions(order: Order, stage: OrderStage, session: Session): Html | string {
  if (stage === 'paid') return html`<p class="actions"><a class="button" href="/">Back to the goods</a></p>`;
  const canSubmitAgain = order.payments.some(
    ({ problem, submissionId }) => submissionId !== undefined && problem?.canSubmitAgain,
  );
  const canPay = stage !== 'paying' && order.payments.some(canPayAnew);
  return html`
    <div class="actions">
      ${stage === 'at-bank' ? html`<a class="button primary" href="/orders/${order.id}/bank">Continue at your bank</a>` : ''}
      ${
        canSubmitAgain
          ? html`
      <form method="post" action="/orders/${order.id}/submit">${csrfField(session)}<button class="primary">Try the same account again</button></form>`
          : ''
      }
      ${
        canPay
          ? html`
      <form method="post" action="/orders/${order.id}/pay">${csrfField(session)}
        <button class="${canSubmitAgain || stage === 'at-bank' ? '' : 'primary'}">${payAgainText(stage, canSubmitAgain)}</button></form>`
          : ''
      }
    </div>`;
}

function payAgainText(stage: OrderStage, canSubmitAgain: boolean): string {
  if (stage === 'at-bank') return 'Start the payment anew';
  return canSubmitAgain ? 'Pay from another account' : 'Pay again from your bank';
}

function liveNote(order: Order, { isLive, seconds }: Liveness): Html {
  return isLive
    ? html`<p class="muted">This page looks again every ${seconds} seconds. <a href="/orders/${order.id}?live=off">Stop that</a></p>`
    : html`<p class="muted">This page stands still. <a href="/orders/${order.id}">Look again, and keep looking</a></p>`;
}

function receipt(order: Order): Html {
  return html`
    <aside class="summary" aria-labelledby="receipt-heading">
      <h2 id="receipt-heading">Your order</h2>
      <ul class="receipt">${order.lines.map(
        ({ product, quantity, total }) => html`
        <li><span>${quantity} × ${product.englishName}</span> <span>${euros(total)}</span></li>`,
      )}
      </ul>
      <dl class="totals"><div class="grand"><dt>Total</dt><dd>${euros(order.total)}</dd></div></dl>
      <a class="wire-link" href="/orders/${order.id}/wire">
        <strong>What went over the wire</strong>
        <span>Every call behind this payment, with its signatures and checks</span>
      </a>
    </aside>`;
}
