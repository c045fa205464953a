/** The cookies of one origin (RFC 6265), as far as a bank's own pages need them: path, lifetime and removal. */
export class CookieJar {
  readonly #cookies = new Map<string, { name: string; value: string; path: string }>();

  /** Takes the `Set-Cookie` headers of an answer to a request for `path`. */
  take(setCookies: readonly string[], path: string): void {
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const equals = pair.indexOf('=');
      if (equals < 1) continue;
      const name = pair.slice(0, equals);
      const given = new Map(attributes.map(splitAttribute));
      const scope = given.get('path')?.startsWith('/') ? (given.get('path') ?? '/') : defaultPath(path);
      const key = `${name};${scope}`;
      if (isOver(given)) this.#cookies.delete(key);
      else this.#cookies.set(key, { name, value: pair.slice(equals + 1), path: scope });
    }
  }

  /** The `Cookie` header of a request for `path`; empty when no cookie fits. More specific paths come first. */
  header(path: string): string {
    return [...this.#cookies.values()]
      .filter((cookie) => matches(path, cookie.path))
      .sort((one, other) => other.path.length - one.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }
}

function splitAttribute(attribute: string): [string, string] {
  const [name = '', ...value] = attribute.split('=');
  return [name.toLowerCase(), value.join('=')];
}

function isOver(attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = attributes.get('expires');
  return expires !== undefined && Date.parse(expires) <= Date.now();
}

/** RFC 6265 section 5.1.4. */
function defaultPath(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

function matches(path: string, scope: string): boolean {
  return path === scope || (path.startsWith(scope) && (scope.endsWith('/') || path[scope.length] === '/'));
}
