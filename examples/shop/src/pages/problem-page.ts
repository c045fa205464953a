import { type Html, html } from '../html.ts';
import type { Session } from '../sessions.ts';
import { layout } from './layout.ts';

export interface ProblemText {
  readonly title: string;
  /** What happened, why, and that nothing was charged where that is so. */
  readonly explanation: string;
  /** Where to go next. */
  readonly next: { readonly href: string; readonly text: string };
  /** Ids by which the bank's people find the request. */
  readonly ids?: readonly (readonly [string, string])[];
}

export function problemPage({ title, explanation, next, ids = [] }: ProblemText, session?: Session): Html {
  return layout({
    title,
    session,
    body: html`
      <div class="narrow">
        <h1>${title}</h1>
        <p>${explanation}</p>
        ${ids.length > 0 ? html`<dl class="ids">${ids.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}</dl>` : ''}
        <p><a class="button" href="${next.href}">${next.text}</a></p>
      </div>`,
  });
}
