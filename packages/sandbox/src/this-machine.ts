/** Whether an issuer is on this machine, as only a sandbox is. */
export function isThisMachine(issuer: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(issuer)?.hostname ?? '');
}
