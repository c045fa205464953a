/** The cookie that binds a session to one browser. Each session has its own, by its path. */
const NAME = 'lupa_sca';

/** Base64url of 32 bytes: nothing else was ever given out. */
const VALUE = /^[A-Za-z0-9_-]{43}$/;

export const COOKIE_BYTES = 32;

/** @param header the request's `Cookie` header */
export function readBrowserCookie(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.split('=', 2);
    if (name?.trim() === NAME && value !== undefined && VALUE.test(value.trim())) return value.trim();
  }
  return undefined;
}

/**
 * A session cookie that scripts cannot read and that other sites' requests do not carry, save for following a link.
 *
 * @param path of the session's pages, `/sca/{uid}`
 */
export function browserCookie(value: string, { path, isSecure }: { path: string; isSecure: boolean }): string {
  return `${NAME}=${value}; Path=${path}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}
