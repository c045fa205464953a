import type { ReceivedRequest, Route } from './route.ts';

export interface FoundRoute {
  readonly route: Route;
  readonly params: ReceivedRequest['params'];
}

/** Finds the routes of one table by their paths. */
export interface RouteFinder {
  /** @returns undefined when no route takes this method at this path, or the path cannot be decoded */
  find(method: string, path: string): FoundRoute | undefined;
  /** The methods taken at this path, for the header `Allow`; none when no route has the path. */
  allowedMethods(path: string): string[];
}

/** @param prefix before every path of the table, without a slash at its end */
export function routeFinder(routes: readonly Route[], prefix: string): RouteFinder {
  const patterns = routes.map((route) => ({ route, parts: `${prefix}${route.path}`.split('/') }));
  const byShape = Map.groupBy(patterns, ({ route, parts }) => shapeOf(route.method, parts));
  return {
    find(method, path) {
      const segments = path.split('/');
      const candidates = byShape.get(shapeOf(method, segments)) ?? [];
      const found = candidates.find(({ parts }) => samePath(parts, segments));
      const params = found && paramsOf(found.parts, segments);
      return params && { route: found.route, params };
    },
    allowedMethods(path) {
      const segments = path.split('/');
      return patterns.filter(({ parts }) => samePath(parts, segments)).map(({ route }) => route.method);
    },
  };
}

/** What two paths of one route have in common; few routes share it. */
function shapeOf(method: string, segments: readonly string[]): string {
  return `${method} ${segments.length}`;
}

function samePath(parts: readonly string[], segments: readonly string[]): boolean {
  if (parts.length !== segments.length) return false;
  return parts.every((part, place) => (part.startsWith(':') ? segments[place] !== '' : part === segments[place]));
}

function paramsOf(parts: readonly string[], segments: readonly string[]): ReceivedRequest['params'] | undefined {
  const params: Record<string, string> = {};
  for (const [place, part] of parts.entries()) {
    if (!part.startsWith(':')) continue;
    const value = decode(segments[place] ?? '');
    if (value === undefined) return undefined;
    params[part.slice(1)] = value;
  }
  return params;
}

function decode(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
