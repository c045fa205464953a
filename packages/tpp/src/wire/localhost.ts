const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether plain http to this host never leaves the machine. */
export function isLocalhost(url: URL): boolean {
  return LOCAL_HOSTS.has(url.hostname);
}
