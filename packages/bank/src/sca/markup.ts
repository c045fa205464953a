import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML that is safe to send: everything put into it was escaped. */
export type Markup = HtmlEscapedString;

/** What may be put into markup. `undefined` and `false` leave nothing behind. */
export type Fragment = Markup | string | number | undefined | false | readonly Fragment[];

/**
 * A template of HTML that escapes every value put into it, in text and in quoted attributes alike. Narrower than the tag of
 * hono on purpose: no promises, so that a page is there at once, and no objects, so that nothing can pass itself off as
 * escaped.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  const result = html(strings, ...values);
  if (result instanceof Promise) throw new TypeError('markup holds no promises');
  return result;
}
