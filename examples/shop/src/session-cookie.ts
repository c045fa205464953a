import { timingSafeEqual } from 'node:crypto';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formField } from './form-field.ts';
import type { Session } from './sessions.ts';
import type { Shop } from './shop.ts';

/** The session of this browser, or `undefined` when it has none. */
export function findSession({ sessions, redirectUri }: Shop, request: FastifyRequest): Session | undefined {
  return sessions.find(request.cookies[cookieName(redirectUri)]);
}

/** The session of this browser; a new one when it has none. */
export function openSession(shop: Shop, request: FastifyRequest, reply: FastifyReply): Session {
  const found = findSession(shop, request);
  if (found !== undefined) return found;
  const session = shop.sessions.start();
  giveSession(shop, reply, session);
  return session;
}

/** From now on this browser has this session. */
export function giveSession({ redirectUri }: Shop, reply: FastifyReply, { id }: Session): void {
  reply.setCookie(cookieName(redirectUri), id, cookieOptions(redirectUri));
}

/** Whether the posted form is one that the shop gave to this session. */
export function hasCsrfToken(request: FastifyRequest, { csrfToken }: Session): boolean {
  const sent = Buffer.from(formField(request, 'csrf') ?? '');
  const expected = Buffer.from(csrfToken);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}

/**
 * `Lax`, not `Strict`: the customer comes back from the bank, which is another site, and must be recognised. Over https the
 * name's prefix makes browsers insist on `Secure` and on this very host; on localhost cookies are shared between ports.
 */
function cookieOptions(redirectUri: string): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(redirectUri) };
}

function cookieName(redirectUri: string): string {
  return isHttps(redirectUri) ? '__Host-shop-session' : 'shop-session';
}

function isHttps(url: string): boolean {
  return new URL(url).protocol === 'https:';
}
