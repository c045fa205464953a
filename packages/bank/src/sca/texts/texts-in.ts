import type { Language } from '../languages.ts';
import { en } from './en.ts';
import { fi } from './fi.ts';
import { sv } from './sv.ts';
import type { Texts } from './texts.ts';

const TEXTS: Readonly<Record<Language, Texts>> = { fi, sv, en };

/** Every word the pages say, in one language. */
export function textsIn(language: Language): Texts {
  return TEXTS[language];
}
