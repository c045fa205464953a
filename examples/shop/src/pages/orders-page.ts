import { euros } from '../euros.ts';
import { type Html, html } from '../html.ts';
import { orderStage } from '../orders.ts';
import type { Session } from '../sessions.ts';
import { layout } from './layout.ts';
import { STAGES } from './order-page.ts';

export function ordersPage(session: Session): Html {
  const orders = [...session.orders.values()].reverse();
  return layout({
    title: 'Your orders',
    session,
    body: html`
      <h1>Your orders</h1>
      ${orders.length === 0 ? html`<p>There are none in this browser yet.</p>` : ''}
      <ul class="orders">${orders.map(
        (order) => html`
        <li>
          <a href="/orders/${order.id}">Order ${order.number}</a>
          <span class="tag ${orderStage(order)}">${STAGES[orderStage(order)].tag}</span>
          <span class="price">${euros(order.total)}</span>
        </li>`,
      )}
      </ul>`,
  });
}
