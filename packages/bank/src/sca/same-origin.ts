import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a form may have come from our own page, as far as the browser says. Our pages send no referrer, and then browsers
 * write `Origin: null` on our own forms as well (Fetch standard, "append a request Origin header"): in that case
 * `Sec-Fetch-Site` decides, and where an old browser has none the form's token stands alone.
 */
export function isFromOwnPage(headers: IncomingHttpHeaders, issuer: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin } = headers;
  return origin === undefined || origin === 'null' || origin === issuer;
}
