import { type Markup, markup } from './markup.ts';
import type { NoticeName, Texts } from './texts/texts.ts';

interface NoticeKind {
  /** An error has to be mended; the rest is only to be known. */
  readonly isError: boolean;
  /** The id of the field it is about. */
  readonly field?: string;
}

const NOTICES: Readonly<Record<NoticeName, NoticeKind>> = {
  'username-missing': { isError: true, field: 'username' },
  'password-missing': { isError: true, field: 'password' },
  'code-missing': { isError: true, field: 'code' },
  'wrong-credentials': { isError: true, field: 'username' },
  'wrong-code': { isError: true, field: 'code' },
  'account-unknown': { isError: true, field: 'account' },
  'phone-waiting': { isError: false },
  'payments-changed': { isError: false },
  'made-for-another': { isError: true, field: 'username' },
  'too-often': { isError: false },
  'in-other-hands': { isError: false },
  'log-in-again': { isError: false },
  stale: { isError: false },
};

/** @param text from the page's own address, so it may be anything */
export function parseNotice(text: unknown): NoticeName | undefined {
  return typeof text === 'string' && Object.hasOwn(NOTICES, text) ? (text as NoticeName) : undefined;
}

/** The page's title, which says first when something has to be mended. */
export function titleWith(notice: NoticeName | undefined, title: string, texts: Texts): string {
  return notice !== undefined && NOTICES[notice].isError ? `${texts.errorPrefix}: ${title}` : title;
}

/** The box above the form: it has the focus when the page opens, and leads to the field. */
export function noticeBox(notice: NoticeName | undefined, texts: Texts): Markup | undefined {
  if (notice === undefined) return undefined;
  const { isError, field } = NOTICES[notice];
  const text = texts.notices[notice];
  const heading = isError ? texts.problemHeading : texts.noticeHeading;
  return markup`<div class="${isError ? 'notice error' : 'notice'}" role="${isError ? 'alert' : 'status'}" aria-labelledby="notice-heading" tabindex="-1" autofocus>
<h2 id="notice-heading">${heading}</h2>
<p>${field === undefined ? text : markup`<a href="#${field}">${text}</a>`}</p>
</div>`;
}

/** What a field says about itself when the notice is about it: put it into the field's tag. */
export function fieldState(field: string, notice: NoticeName | undefined, hintId?: string): Markup {
  const isWrong = isAbout(notice, field);
  const described = [isWrong ? `${field}-error` : undefined, hintId].filter((id) => id !== undefined).join(' ');
  const describedBy = described !== '' && markup` aria-describedby="${described}"`;
  return markup`${isWrong && markup` aria-invalid="true"`}${describedBy}`;
}

/** The same words beside the field. */
export function fieldError(field: string, notice: NoticeName | undefined, texts: Texts): Markup | undefined {
  if (notice === undefined || !isAbout(notice, field)) return undefined;
  return markup`<p class="field-error" id="${field}-error"><span class="visually-hidden">${texts.errorPrefix}: </span>${texts.notices[notice]}</p>`;
}

function isAbout(notice: NoticeName | undefined, field: string): boolean {
  return notice !== undefined && NOTICES[notice].field === field;
}
