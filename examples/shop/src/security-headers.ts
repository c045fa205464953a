import type { FastifyReply } from 'fastify';

/** Nothing but what this origin serves; no inline style or script, no frames, forms to the shop alone. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  // A form that were answered by a redirect to the bank would be blocked by this; see the page that forwards to the bank.
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function setSecurityHeaders(reply: FastifyReply, isHttps: boolean): void {
  reply.headers({
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    // The address that the customer comes back to holds the code: it must not go on to anybody.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(isHttps ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  });
}

/** Allows the one script of the shop, for the page that needs it. */
export function allowOwnScript(reply: FastifyReply): void {
  reply.header('content-security-policy', `${CONTENT_SECURITY_POLICY}; script-src 'self'`);
}
