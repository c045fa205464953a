import { type Html, html } from '../html.ts';
import type { Order } from '../orders.ts';
import type { Session } from '../sessions.ts';
import { attemptsOf, type Flow, flowOf } from '../wire/steps.ts';
import type { Exchange, WireEntry } from '../wire/wire-log.ts';
import { layout } from './layout.ts';
import { wireEntry } from './wire-entry.ts';
import { callArrow, callName, callResult, callTook } from './wire-names.ts';
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
        blanked out by the SDK itself; bodies are indented here for reading, and otherwise as they were sent.</p>
      ${attempts.map((entries, index) => attempt(entries, shared, index, attempts.length))}
      <p class="actions"><a class="button" href="/orders/${order.id}">Back to the order</a></p>`,
  });
}

function attempt(own: readonly WireEntry[], shared: readonly Exchange[], index: number, attempts: number): Html {
  // What was fetched for an earlier order already, and served this one too.
  const { steps, stepOf } = flowOf(own);
  const borrowed = shared.filter((entry) => !own.some((other) => isSameCall(other, entry, stepOf)));
  const isBelieved = !own.some((entry) => entry.kind === 'return' && entry.refusal !== undefined);
  const id = (step: number) => `attempt-${index + 1}-step-${step}`;
  return html`
    ${attempts > 1 ? html`<h2 class="attempt">Attempt ${index + 1} of ${attempts}</h2>` : ''}
    ${overview(own, id, stepOf)}
    ${steps.map(({ title, explanation }, step) => {
      const entries = [...borrowed, ...own].filter((entry) => stepOf(entry) === step);
      return html`
    <section class="step" id="${id(step)}" aria-labelledby="${id(step)}-heading">
      <header><span class="number" aria-hidden="true">${step}</span>
        <div><h2 id="${id(step)}-heading"><span class="hidden">${attempts > 1 ? `Attempt ${index + 1}, step ${step}: ` : `Step ${step}: `}</span>${title}</h2><p>${explanation}</p></div>
      </header>
      ${entries.map((entry) =>
        wireEntry(entry, {
          isBorrowed: borrowed.some((other) => other === entry),
          isOpen: step !== 0 && isFirstOfItsKind(entry, entries),
          isBelieved,
        }),
      )}
      ${step === steps.length - 1 ? signatureChecks(own, shared) : entries.length === 0 ? html`<p class="muted nothing">Nothing in this attempt.</p>` : ''}
    </section>`;
    })}`;
}

/** The same calls are made again and again, and the first of them shows what they are like. */
function isFirstOfItsKind(entry: WireEntry, entries: readonly WireEntry[]): boolean {
  const methodOf = (other: WireEntry) => (other.kind === 'exchange' ? other.record.request.method : undefined);
  return entries.find((other) => methodOf(other) === methodOf(entry)) === entry;
}

function isSameCall(entry: WireEntry, shared: Exchange, stepOf: Flow['stepOf']): boolean {
  if (entry.kind !== 'exchange' || stepOf(entry) !== stepOf(shared)) return false;
  return entry.record.request.url === shared.record.request.url;
}

/** All events in the order they happened: who called whom, what came back, how long it took. */
function overview(entries: readonly WireEntry[], id: (step: number) => string, stepOf: Flow['stepOf']): Html {
  const start = entries[0]?.at.getTime() ?? 0;
  return html`
    <table class="overview">
      <caption>In the order it happened</caption>
      <thead><tr><th scope="col">Step</th><th scope="col">At</th><th scope="col" class="lanes"><span>Browser</span> <span>Shop</span> <span>Bank</span></th><th scope="col">What</th><th scope="col">Result</th><th scope="col">Took</th></tr></thead>
      <tbody>${entries.map(
        (entry) => html`
        <tr>
          <td><a href="#${id(stepOf(entry))}">${stepOf(entry)}</a></td>
          <td>+${((entry.at.getTime() - start) / 1000).toFixed(2)} s</td>
          <td class="lanes">${callArrow(entry)}</td>
          <td>${callName(entry)}</td>
          <td>${callResult(entry)}</td>
          <td>${callTook(entry)}</td>
        </tr>`,
      )}
      </tbody>
    </table>`;
}
