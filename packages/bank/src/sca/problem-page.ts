import type { Language } from './languages.ts';
import { renderPage } from './layout.ts';
import { markup } from './markup.ts';
import type { ProblemName } from './texts/texts.ts';
import { textsIn } from './texts/texts-in.ts';

/**
 * A page for when no step can be shown: what happened, what to do next, and the id under which the logs have it. Never a
 * redirect.
 */
export function problemPage(problem: {
  readonly name: ProblemName;
  readonly language: Language;
  readonly requestId: string;
  readonly isSandbox: boolean;
}): string {
  const texts = textsIn(problem.language);
  const { heading, text, next } = texts.problems[problem.name];
  const body = markup`<div class="end">
<p class="end-sign" aria-hidden="true">!</p>
<h1>${heading}</h1>
<p class="lead">${text}</p>
<p>${next}</p>
<p class="hint">${texts.requestId}: <code>${problem.requestId}</code></p>
</div>`;
  return renderPage({
    language: problem.language,
    title: `${texts.errorPrefix}: ${heading}`,
    body,
    isSandbox: problem.isSandbox,
  });
}
