import { type Html, html } from '../html.ts';
import type { Order } from '../orders.ts';
import type { Session } from '../sessions.ts';
import { attemptsOf, STEPS, stepOf } from '../wire/steps.ts';
import type { Exchange, WireEntry } from '../wire/wire-log.ts';
import { layout } from './layout.ts';
import { wireEntry } from './wire-entry.ts';
import { callName, callParties, callResult, callTook } from './wire-names.ts';
import { signatureChecks } from './wire-signatures.ts';

/**
 * Everything that went over the wire for an order, step by step as the workflow document numbers them.
 *
 * @param shared what was fetched once for all orders
 */
export function wirePage(order: Order, shared: readonly Exchange[], session: Session): Html {
  const attempts = attemptsOf(order.wire);
  return layout({
    title: `What went over the wire for order ${order.number}`,
    session,
    body: html`
      <p class="over"><a href="/orders/${order.id}">Order ${order.number}</a></p>
      <h1>What went over the wire</h1>
      <p class="lead">Every call between this shop and the bank, as the SDK reported it. Secrets, tokens and codes are
        blanked out by the SDK itself; the rest is what was sent, byte for byte.</p>
      ${attempts.map((entries, index) => {
        // What an earlier order has fetched already serves this one too.
        const own = new Set(entries);
        const borrowed = shared.filter(
          (entry) => !own.has(entry) && !entries.some((other) => isSameCall(other, entry)),
        );
        return attempt([...borrowed, ...entries], new Set<WireEntry>(borrowed), index, attempts.length, shared);
      })}
      <p><a class="button" href="/orders/${order.id}">Back to the order</a></p>`,
  });
}

function isSameCall(entry: WireEntry, shared: Exchange): boolean {
  return (
    entry.kind === 'exchange' &&
    entry.record.purpose === shared.record.purpose &&
    entry.record.request.url === shared.record.request.url
  );
}

function attempt(
  entries: readonly WireEntry[],
  borrowed: ReadonlySet<WireEntry>,
  index: number,
  attempts: number,
  shared: readonly Exchange[],
): Html {
  const id = (step: number) => `attempt-${index + 1}-step-${step}`;
  const of = (step: number) => entries.filter((entry) => stepOf(entry) === step);
  return html`
    ${attempts > 1 ? html`<h2 class="attempt">Attempt ${index + 1} of ${attempts}</h2>` : ''}
    ${overview(
      entries.filter((entry) => !borrowed.has(entry)),
      id,
    )}
    ${STEPS.map(
      ({ title, explanation }, step) => html`
    <section class="step" id="${id(step)}" aria-labelledby="${id(step)}-heading">
      <header><span class="number" aria-hidden="true">${step === 0 ? '·' : step}</span>
        <div><h2 id="${id(step)}-heading"><span class="hidden">${step === 0 ? '' : `Step ${step}: `}</span>${title}</h2><p>${explanation}</p></div>
      </header>
      ${of(step).map((entry) => wireEntry(entry, borrowed.has(entry)))}
      ${step === 8 ? signatureChecks(entries, shared) : of(step).length === 0 ? html`<p class="muted nothing">Nothing in this attempt.</p>` : ''}
    </section>`,
    )}`;
}

/** All events in the order they happened: who called whom, what came back, how long it took. */
function overview(entries: readonly WireEntry[], id: (step: number) => string): Html {
  const start = entries[0]?.at.getTime() ?? 0;
  return html`
    <table class="overview">
      <caption>In the order it happened</caption>
      <thead><tr><th scope="col">Step</th><th scope="col">At</th><th scope="col">Who to whom</th><th scope="col">What</th><th scope="col">Result</th><th scope="col">Took</th></tr></thead>
      <tbody>${entries.map(
        (entry) => html`
        <tr>
          <td><a href="#${id(stepOf(entry))}">${stepOf(entry) === 0 ? 'before' : stepOf(entry)}</a></td>
          <td>+${((entry.at.getTime() - start) / 1000).toFixed(2)} s</td>
          <td>${callParties(entry)}</td>
          <td>${callName(entry)}</td>
          <td>${callResult(entry)}</td>
          <td>${callTook(entry)}</td>
        </tr>`,
      )}
      </tbody>
    </table>`;
}
