import { type Html, html } from '../html.ts';
import type { Session } from '../sessions.ts';

export interface Page {
  readonly title: string;
  readonly session?: Session | undefined;
  readonly body: Html;
  /** Tags for the head, for the one page that has a script. */
  readonly head?: Html;
}

/** The frame around every page. */
export function layout({ title, session, body, head }: Page): Html {
  const pieces = [...(session?.cart.values() ?? [])].reduce((sum, quantity) => sum + quantity, 0);
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Tuohi</title>
    <link rel="stylesheet" href="/shop.css">
    <link rel="icon" href="/tuohi.svg" type="image/svg+xml">
    ${head}
  </head>
  <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header class="site">
      <a class="brand" href="/"><img src="/tuohi.svg" alt="" width="36" height="36">Tuohi</a>
      <nav aria-label="Shop">
        <a href="/">Goods</a>
        ${session !== undefined && session.orders.size > 0 ? html`<a href="/orders">Orders</a>` : ''}
        <a href="/cart">Cart <span class="count">${pieces}<span class="hidden"> ${pieces === 1 ? 'piece' : 'pieces'}</span></span></a>
      </nav>
    </header>
    <main id="main" tabindex="-1">
      ${body}
    </main>
    <footer class="site">
      <p>Tuohi is an example shop: nothing is sold or sent, and its payments go to a sandbox bank. It shows how a shop
        takes payments with the <code>@lupa/tpp</code> SDK.</p>
    </footer>
  </body>
</html>
`;
}

/** The hidden field that every form carries. */
export function csrfField(session: Session): Html {
  return html`<input type="hidden" name="csrf" value="${session.csrfToken}">`;
}
