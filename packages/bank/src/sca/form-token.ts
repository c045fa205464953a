import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The pages' forms: one a step. */
export type FormName = 'login' | 'review' | 'factor';

/** What a form was made for. */
export interface FormOf {
  readonly sessionId: string;
  readonly form: FormName;
  /** The challenge that was open when the form was made. */
  readonly challengeId: string | undefined;
}

/**
 * The hidden token of a form. Only who knows the browser's cookie can make it, which another site cannot; and it says which
 * step and which challenge it was made for, so that an old page's form is recognised whatever is pressed on it.
 */
export function formToken(cookie: string, { sessionId, form, challengeId }: FormOf): string {
  return createHmac('sha256', cookie)
    .update(JSON.stringify([sessionId, form, challengeId ?? null]))
    .digest('base64url');
}

export function isTokenOf(token: string, cookie: string, form: FormOf): boolean {
  const expected = Buffer.from(formToken(cookie, form));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What is stored of a session cookie. */
export function cookieDigest(cookie: string): Buffer {
  return createHash('sha256').update(cookie).digest();
}
