import type { ScaView } from '../operations/open-sca-session.ts';
import type { ScaOutcome } from '../ports/sca-store.ts';
import { renderPage } from './layout.ts';
import { markup } from './markup.ts';
import type { PageContext } from './page-context.ts';

/** Ends the customer did not choose and so has to read about, before the browser goes on. */
const TO_READ: readonly ScaOutcome[] = ['timed-out', 'blocked', 'unavailable'];

/** At least 20 seconds to stop a time limit with one simple action (WCAG 2.2, success criterion 2.2.1). */
const READING_SECONDS = 20;

/** In how many seconds the browser goes back to the TPP by itself. */
export function returnsInSeconds(outcome: ScaOutcome): number {
  return TO_READ.includes(outcome) ? READING_SECONDS : 0;
}

/**
 * The last page: what became of it, and the way back.
 *
 * @param next on our own origin; it leads on to the TPP
 * @param isStaying the customer asked to stay on the page
 */
export function finishPage(context: PageContext, view: ScaView, next: string, isStaying: boolean): string {
  const { texts, tppName } = context;
  const outcome = view.session.outcome ?? 'unavailable';
  const { heading, text } = texts.ends[outcome];
  const isElsewhere = outcome === 'unavailable' && view.bundle.authorization.status === 'Authorizing';
  const seconds = returnsInSeconds(outcome);
  const isGood = outcome === 'approved';
  const body = markup`<div class="end${isGood && ' good'}">
<p class="end-sign" aria-hidden="true">${isGood ? '✓' : '–'}</p>
<h1>${heading}</h1>
<p class="lead">${isElsewhere ? texts.elsewhere : text}</p>
${!isStaying && markup`<p>${seconds === 0 ? texts.returning(tppName) : texts.returningSoon(tppName, seconds)}</p>`}
<p class="buttons"><a class="button primary" href="${next}">${texts.goBack(tppName)}</a>
${seconds > 0 && !isStaying && markup`<a class="button quiet" href="${context.path}?stay=1">${texts.stay}</a>`}</p>
</div>`;
  return renderPage({
    language: context.language,
    title: heading,
    body,
    isSandbox: context.sandbox !== undefined,
  });
}
