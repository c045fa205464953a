/**
 * The address of each server: one URL may name several hosts, as libpq's does, and several URLs may be given. Everything else in a
 * URL holds for all of its hosts.
 *
 * @example
 * serverAddresses('postgres://lupa@a:5432,b:5432/bank') // ['postgres://lupa@a:5432/bank', 'postgres://lupa@b:5432/bank']
 */
export function serverAddresses(url: string | readonly string[]): readonly string[] {
  return typeof url === 'string' ? hostsOf(url) : url.flatMap(hostsOf);
}

/**
 * What a log may call a server: where it is and which database on it, without its user and password.
 *
 * @example
 * serverName('postgres://lupa:secret@a:5433/bank') // 'a:5433/bank'
 */
export function serverName(address: string): string {
  const url = URL.parse(address);
  // The driver reads addresses that are no URLs; what is in them cannot be told from what is secret.
  if (url === null) return 'a server whose address is no URL';
  const host = url.searchParams.get('host') ?? url.hostname;
  const port = url.searchParams.get('port') ?? (url.port || '5432');
  return `${host}:${port}${url.pathname}`;
}

function hostsOf(url: string): string[] {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z]+:\/\/)([^/?#]*)(.*)$/s.exec(url) ?? [];
  // A password may hold a comma; a host may not.
  const credentials = authority.slice(0, authority.lastIndexOf('@') + 1);
  const hosts = authority.slice(credentials.length).split(',');
  return hosts.length === 1 ? [url] : hosts.map((host) => `${scheme}${credentials}${host.trim()}${rest}`);
}
