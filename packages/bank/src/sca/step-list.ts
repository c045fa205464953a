import type { FormName } from './form-token.ts';
import { type Markup, markup } from './markup.ts';
import type { Texts } from './texts/texts.ts';

const STEPS: readonly FormName[] = ['login', 'review', 'factor'];

/** Where the customer is: three steps, the present one marked in words too. */
export function stepList(current: FormName, texts: Texts): Markup {
  const items = STEPS.map((step, index) => {
    const isDone = index < STEPS.indexOf(current);
    const state = step === current ? markup` class="current" aria-current="step"` : isDone && markup` class="done"`;
    return markup`<li${state}><span class="step-number" aria-hidden="true">${isDone ? '✓' : index + 1}</span> <span>${texts.steps[step]}</span></li>`;
  });
  return markup`<ol class="steps" aria-label="${texts.steps.label}">${items}</ol>`;
}
