import type { FormName } from './form-token.ts';
import type { Language } from './languages.ts';
import { type Fragment, type Markup, markup } from './markup.ts';
import type { NoticeName, Texts } from './texts/texts.ts';

/** A user of the sandbox, named on its login page. */
export interface TestUser {
  readonly username: string;
  readonly password: string;
  readonly name: string;
}

/** What every step's page is made with. */
export interface PageContext {
  readonly language: Language;
  readonly texts: Texts;
  /** `/sca/{uid}`: every form posts to where it came from. */
  readonly path: string;
  readonly tppName: string;
  readonly notice: NoticeName | undefined;
  /** The hidden token of this page's form. */
  readonly token: (form: FormName) => string;
  readonly sandbox: { readonly testUsers: readonly TestUser[] } | undefined;
  /** What the address bar shows. */
  readonly host: string;
}

/** A form of the pages. `novalidate`: our own words, in the customer's language, say what is missing. */
export function form(context: PageContext, name: FormName, content: Fragment): Markup {
  return markup`<form method="post" action="${context.path}" novalidate>
<input type="hidden" name="token" value="${context.token(name)}">
${content}
</form>`;
}

/** A button that ends the session without deciding anything. */
export function cancelButton({ texts }: PageContext): Markup {
  return markup`<button class="quiet" type="submit" name="action" value="cancel" aria-describedby="cancel-hint">${texts.cancel}</button>`;
}

export function cancelHint({ texts, tppName }: PageContext): Markup {
  return markup`<p class="hint" id="cancel-hint">${texts.cancel}: ${texts.cancelHint(tppName)}</p>`;
}
