import { type Html, html } from '../html.ts';
import type { Session } from '../sessions.ts';
import { layout } from './layout.ts';

/** The step from the shop to the bank; its `Refresh` header makes it, and the link is for browsers that ignore that. */
export function bankPage(url: string, session: Session): Html {
  return layout({
    title: 'On to your bank',
    session,
    body: html`
      <div class="narrow">
        <h1>On to your bank</h1>
        <p>You log in and approve the payment there, then you come back here.</p>
        <p><a class="button primary" href="${url}">Continue to ${new URL(url).host}</a></p>
      </div>`,
  });
}
