import type { ScaSession } from '../ports/sca-store.ts';

/** The languages of the pages. */
export type Language = ScaSession['language'];

export const LANGUAGES: readonly Language[] = ['fi', 'sv', 'en'];

/** @returns the language a tag such as `sv-FI` asks for; undefined when the pages do not speak it */
export function parseLanguage(tag: string | undefined): Language | undefined {
  const primary = tag?.trim().toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((language) => language === primary);
}

/** More entries than any browser sends; the rest is not read. */
const MAX_ACCEPTED = 20;

/**
 * The language to begin with: what the request's `ui_locales` asks for first (OpenID Connect Core 3.1.2.1), then what the
 * browser accepts (RFC 9110 section 12.5.4), then Finnish where nothing is asked for, English where something else is.
 */
export function chooseLanguage(uiLocales: readonly string[], acceptLanguage: string | undefined): Language {
  for (const tag of uiLocales) {
    const language = parseLanguage(tag);
    if (language !== undefined) return language;
  }
  if (acceptLanguage === undefined || acceptLanguage.trim() === '' || acceptLanguage.trim() === '*') return 'fi';
  const accepted = acceptLanguage.split(',').slice(0, MAX_ACCEPTED).map(parseAccepted);
  const best = accepted.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight);
  return best.find(({ language }) => language !== undefined)?.language ?? 'en';
}

function parseAccepted(entry: string): { language: Language | undefined; weight: number } {
  const [tag, ...parameters] = entry.split(';');
  const quality = parameters.map((text) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(text)?.[1]).find(Boolean);
  return { language: parseLanguage(tag), weight: quality === undefined ? 1 : Number(quality) };
}
