import { type Html, html } from '../html.ts';
import type { Session } from '../sessions.ts';
import { csrfField, layout } from './layout.ts';

/** Where `code id_token` answers arrive: its script posts the fragment to the shop, which verifies it there. */
export function returnPage(action: string, session: Session): Html {
  return layout({
    title: 'Back from your bank',
    session,
    head: html`<script src="/return.js" type="module"></script>`,
    body: html`
      <div class="narrow">
        <h1>Back from your bank</h1>
        <p role="status"></p>
        <form method="post" action="${action}">${csrfField(session)}<input type="hidden" name="fragment"></form>
        <noscript>
          <p>Your bank’s answer stands in the part of this address that browsers keep to themselves, and only a script can
            hand it over. Nothing has been charged. Either turn on JavaScript and reload this page, or go to your order and
            pay again with the answer <code>code</code>, which needs no script.</p>
        </noscript>
        <p><a href="/orders">See your orders</a></p>
      </div>`,
  });
}
