import type { Route } from './route.ts';

/** The methods that the routes take at this path, for the header `Allow`; none when no route has the path. */
export function allowedMethods(routes: readonly Route[], prefix: string, path: string): string[] {
  const segments = path.split('/');
  return routes.filter((route) => samePath(`${prefix}${route.path}`.split('/'), segments)).map((route) => route.method);
}

function samePath(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, place) => (part.startsWith(':') ? segments[place] !== '' : part === segments[place]));
}
