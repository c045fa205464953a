import type { Catalogue, Product } from '../catalogue.ts';
import { euros } from '../euros.ts';
import { type Html, html } from '../html.ts';
import type { Session } from '../sessions.ts';
import { csrfField, layout } from './layout.ts';

export function cataloguePage(catalogue: Catalogue, makerName: string | undefined, session: Session): Html {
  const goods = [...catalogue.values()];
  return layout({
    title: 'Goods',
    session,
    body: html`
      <div class="hero">
        <h1>Things that last, from a few Finnish hands</h1>
        <p>Choose something, pay straight from your bank account, and see what goes over the wire.</p>
      </div>
      <ul class="goods">${goods.map((product, index) => productCard(product, index < 4, makerName, session))}</ul>`,
  });
}

function productCard(
  product: Product,
  isOnFirstScreen: boolean,
  makerName: string | undefined,
  session: Session,
): Html {
  const { id, finnishName, englishName, description, picture, price, seller } = product;
  return html`
    <li class="product">
      <img src="/goods/${id}.svg" alt="${picture}" width="400" height="320" loading="${isOnFirstScreen ? 'eager' : 'lazy'}">
      <h2><span lang="fi">${finnishName}</span> <small>${englishName}</small></h2>
      <p>${description}</p>
      ${seller === 'maker' ? html`<p class="seller">Sold by ${makerName}</p>` : ''}
      <form method="post" action="/cart/add">
        ${csrfField(session)}<input type="hidden" name="product" value="${id}">
        <span class="price">${euros(price)}</span>
        <button aria-label="Add to cart: ${englishName}">Add to cart</button>
      </form>
    </li>`;
}
