import type { Cents } from '@lupa/tpp';
import { type CartLine, MAX_QUANTITY, totalOf } from '../cart.ts';
import { euros } from '../euros.ts';
import { type Html, html } from '../html.ts';
import { mayGoUnasked } from '../pay-without-asking.ts';
import { randomToken } from '../random.ts';
import type { Session } from '../sessions.ts';
import { csrfField, layout } from './layout.ts';

export function cartPage(lines: readonly CartLine[], makerName: string | undefined, session: Session): Html {
  return layout({
    title: 'Cart',
    session,
    body:
      lines.length === 0
        ? html`
      <h1>Your cart is empty</h1>
      <p><a class="button" href="/">Look at the goods</a></p>`
        : html`
      <h1>Your cart</h1>
      <div class="columns">
        <ul class="lines">${lines.map((line) => cartLine(line, makerName, session))}</ul>
        ${checkout(lines, makerName, session)}
      </div>`,
  });
}

function cartLine({ product, quantity, total }: CartLine, makerName: string | undefined, session: Session): Html {
  return html`
    <li class="line">
      <img src="/goods/${product.id}.svg" alt="" width="120" height="96">
      <div>
        <h2><span lang="fi">${product.finnishName}</span> <small>${product.englishName}</small></h2>
        <p class="muted">${euros(product.price)} each${product.seller === 'maker' ? `, sold by ${makerName}` : ''}</p>
        <div class="line-forms">
          <form method="post" action="/cart/change">
            ${csrfField(session)}<input type="hidden" name="product" value="${product.id}">
            <label for="quantity-${product.id}">Quantity<span class="hidden"> of ${product.englishName}</span></label>
            <input id="quantity-${product.id}" name="quantity" type="number" min="0" max="${MAX_QUANTITY}" value="${quantity}" required>
            <button class="quiet" aria-label="Update the quantity of ${product.englishName}">Update</button>
          </form>
          <form method="post" action="/cart/change">
            ${csrfField(session)}<input type="hidden" name="product" value="${product.id}">
            <button class="quiet" name="quantity" value="0" aria-label="Remove ${product.englishName}">Remove</button>
          </form>
        </div>
      </div>
      <p class="price">${euros(total)}</p>
    </li>`;
}

function checkout(lines: readonly CartLine[], makerName: string | undefined, session: Session): Html {
  const { approval } = session;
  if (approval === undefined || !mayGoUnasked(lines)) return checkoutForm(lines, makerName, session, 'primary');
  return html`<div>${unaskedForm(totalOf(lines), approval.payerIban, session)}${checkoutForm(lines, makerName, session, '')}</div>`;
}

/** The exemption flow, for who has approved a payment in this browser before. Its name makes a form that is posted twice one order. */
function unaskedForm(total: Cents, payerIban: string, session: Session): Html {
  return html`
    <form class="summary unasked" method="post" action="/checkout/unasked" aria-labelledby="unasked-heading">
      <h2 id="unasked-heading">Pay without logging in again</h2>
      <p>You approved a payment here before, so your bank may let a small one like this through.</p>
      <p>Pressing the button pays <strong>${euros(total)}</strong> at once, from <span class="nowrap">${shortIban(payerIban)}</span>.</p>
      ${csrfField(session)}<input type="hidden" name="form" value="${randomToken()}">
      <button class="primary">Pay without logging in again</button>
    </form>`;
}

/** Enough to tell one's own accounts apart, and nothing for who looks over the shoulder. */
function shortIban(iban: string): string {
  return `${iban.slice(0, 4)} … ${iban.slice(-4)}`;
}

function checkoutForm(
  lines: readonly CartLine[],
  makerName: string | undefined,
  session: Session,
  weight: 'primary' | '',
): Html {
  const makerLines = lines.filter(({ product }) => product.seller === 'maker');
  const isBundle = makerLines.length > 0 && makerLines.length < lines.length;
  return html`
    <form class="summary" method="post" action="/checkout" aria-labelledby="summary-heading">
      <h2 id="summary-heading">Pay from your bank</h2>
      <dl class="totals">
        ${
          isBundle
            ? html`
        <div><dt>Tuohi</dt><dd>${euros(totalOf(lines.filter((line) => !makerLines.includes(line))))}</dd></div>
        <div><dt>${makerName}</dt><dd>${euros(totalOf(makerLines))}</dd></div>`
            : ''
        }
        <div class="grand"><dt>To pay</dt><dd>${euros(totalOf(lines))}</dd></div>
      </dl>
      ${
        isBundle
          ? html`
      <p class="muted">Two sellers, so two payments. You approve both at one visit to your bank.</p>`
          : ''
      }
      ${csrfField(session)}
      <button class="${weight}">Pay from your bank</button>
      <p class="muted">You log in at your bank and approve there. The shop never sees your credentials.</p>
      <details>
        <summary>For developers</summary>
        ${choices('response_type', 'How the bank answers', [
          ['code', 'code', 'in the query; works without JavaScript'],
          ['code id_token', 'code id_token', 'in the fragment, with a signed ID token; needs JavaScript'],
        ])}
        ${choices('payment_order', 'How the money travels', [
          ['SEPA', 'SEPA', 'a credit transfer'],
          ['SEPA_INST', 'SEPA_INST', 'instant, credited within seconds'],
        ])}
      </details>
    </form>`;
}

/** Radio buttons, the first of them chosen. */
function choices(name: string, legend: string, options: readonly (readonly [string, string, string])[]): Html {
  return html`
    <fieldset>
      <legend>${legend}</legend>
      ${options.map(
        ([value, label, explanation], index) => html`
      <label class="choice"><input type="radio" name="${name}" value="${value}"${index === 0 ? ' checked' : ''}>
        <span><code>${label}</code> <span class="muted">${explanation}</span></span></label>`,
      )}
    </fieldset>`;
}
