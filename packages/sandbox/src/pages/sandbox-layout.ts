import { type Fragment, type Markup, markup, renderPage } from '@lupa/bank';
import { SANDBOX_STYLESHEET_PATH } from './sandbox-stylesheet.ts';

/** A page of the sandbox, in the bank's frame. The sandbox speaks English: its readers are the developers. */
export function sandboxPage(page: { title: string; body: Fragment; isWide?: boolean }): string {
  return renderPage({
    language: 'en',
    title: page.title,
    body: markup`<link rel="stylesheet" href="${SANDBOX_STYLESHEET_PATH}">${page.body}`,
    isSandbox: true,
    isWide: page.isWide === true,
  });
}

/** The way back to the start page. */
export function wayBack(): Markup {
  return markup`<p><a href="/">All of the sandbox</a></p>`;
}
