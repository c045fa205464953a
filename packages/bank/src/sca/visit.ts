import type { FastifyReply, FastifyRequest } from 'fastify';
import { browserCookie, COOKIE_BYTES, readBrowserCookie } from './browser-cookie.ts';
import { cookieDigest } from './form-token.ts';
import type { Interaction } from './interactions.ts';
import { chooseLanguage, type Language } from './languages.ts';
import type { ScaPagesOptions } from './sca-pages-options.ts';

/** One request for the pages of an interaction that this browser began. */
export interface Visit {
  readonly options: ScaPagesOptions;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly interaction: Interaction;
  /** `/sca/{uid}` */
  readonly path: string;
  /** The browser's session cookie; a new one where it sent none. */
  readonly cookie: string;
  readonly browserDigest: Uint8Array;
  /** The language a new session begins in. */
  readonly language: Language;
}

/** @returns undefined when this browser has no such interaction open */
export async function visitOf(
  options: ScaPagesOptions,
  request: FastifyRequest<{ Params: { uid: string } }>,
  reply: FastifyReply,
): Promise<Visit | undefined> {
  const interaction = await options.interactions.find(request.raw, reply.raw, request.params.uid);
  if (interaction === undefined) return undefined;
  const path = `/sca/${encodeURIComponent(interaction.uid)}`;
  const sent = readBrowserCookie(request.headers.cookie);
  const cookie = sent ?? newCookie(options);
  if (sent === undefined) giveCookie({ options, reply, path }, cookie);
  const language = chooseLanguage(interaction.uiLocales, request.headers['accept-language']);
  return { options, request, reply, interaction, path, cookie, browserDigest: cookieDigest(cookie), language };
}

export function newCookie({ sca }: ScaPagesOptions): string {
  return sca.identifiers.secret(COOKIE_BYTES);
}

export function giveCookie({ options, reply, path }: Pick<Visit, 'options' | 'reply' | 'path'>, cookie: string): void {
  reply.header('set-cookie', browserCookie(cookie, { path, isSecure: options.issuer.startsWith('https:') }));
}
