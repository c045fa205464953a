import { LANGUAGES, type Language } from './languages.ts';
import { type Fragment, type Markup, markup } from './markup.ts';
import { STYLESHEET_HREF } from './stylesheet.ts';
import { textsIn } from './texts/texts-in.ts';

/** A page of the bank, between the header and the footer that all of them share. */
export interface Page {
  readonly language: Language;
  /** Of the browser's window: the step, and that there is an error. The bank's name is added. */
  readonly title: string;
  /** What stands in `<main>`; it begins with the page's `<h1>`. */
  readonly body: Fragment;
  /** Where the same page is to be had in another language; none where there is no such page. */
  readonly languageHref?: (language: Language) => string;
  readonly isSandbox: boolean;
  /** For pages that show a list, such as the key list. */
  readonly isWide?: boolean;
}

/** The page as it is sent: a whole HTML document without scripts, for the headers of `pageHeaders`. */
export function renderPage(page: Page): string {
  const texts = textsIn(page.language);
  const document = markup`<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<title>${page.title} – Lupa</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="${STYLESHEET_HREF}">
<link rel="icon" href="${ICON}">
</head>
<body>
<a class="skip" href="#content">${texts.skip}</a>
<header class="top">
<div class="top-inside">
<p class="wordmark">${EMBLEM}<span>Lupa</span>${page.isSandbox && markup` <span class="badge">${texts.sandbox}</span>`}</p>
${page.languageHref && languageLinks(page.language, page.languageHref)}
</div>
</header>
<main id="content" class="${page.isWide === true ? 'content wide' : 'content'}" tabindex="-1">
${page.body}
</main>
<footer class="bottom"><p>${page.isSandbox ? texts.footer : texts.home}</p></footer>
</body>
</html>
`;
  return document.toString();
}

function languageLinks(current: Language, hrefIn: (language: Language) => string): Markup {
  const links = LANGUAGES.map((language) => {
    const isCurrent = language === current && markup` aria-current="true"`;
    return markup`<li><a href="${hrefIn(language)}" lang="${language}" hreflang="${language}"${isCurrent}>${textsIn(language).languageName}</a></li>`;
  });
  return markup`<nav class="languages" aria-label="${textsIn(current).languages}"><ul>${links}</ul></nav>`;
}

/** A seal with a tick in it: permission (Finnish: lupa) given. */
const EMBLEM = markup`<svg class="emblem" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><path class="emblem-ground" d="M16 1.5 28.5 6v9.6c0 7-5.1 12.2-12.5 14.9C8.6 27.8 3.5 22.6 3.5 15.6V6z"/><path class="emblem-mark" d="M10 9v10.5l5 3.5 8-11"/></svg>`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#0b5345" d="M16 1.5 28.5 6v9.6c0 7-5.1 12.2-12.500 14.9C8.600 27.8 3.5 22.6 3.5 15.6V6z"/><path fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" d="M10 9v10.5l5 3.5 8-11"/></svg>',
)}`;
