/** One thing an operator may tell the server. */
export interface Member {
  /** Its place in the file: `api.port`. */
  readonly path: string;
  /** It may also be in a file of its own, which `…File` or `…_FILE` names. */
  readonly inFile?: true;
  /** Several values: a list in the file, separated by commas in the variable (by lines in a file of its own). */
  readonly list?: true;
  /** What it is, in one line. */
  readonly about: string;
}

/** Everything there is to tell. A variable is the path in capitals: `api.privateKey` is `LUPA_API_PRIVATE_KEY`. */
export const MEMBERS = [
  {
    path: 'database.url',
    inFile: true,
    about: 'postgres:// address of the database; of all its servers where one stands by: postgres://a:5432,b:5432/bank',
  },
  { path: 'database.lanes', about: 'connections of each worker for single statements; 4' },
  { path: 'database.transactions', about: 'connections of each worker for transactions; 8' },
  { path: 'api.url', about: 'public https base address of the payments API, without a slash at its end' },
  { path: 'api.host', about: 'address it listens on; ::, which is every one of this machine' },
  { path: 'api.port', about: 'port it listens on; 8443' },
  { path: 'api.certificate', inFile: true, about: 'PEM: its certificate, and the issuers between it and a root' },
  { path: 'api.privateKey', inFile: true, about: 'PEM: the key of that certificate' },
  { path: 'api.trustedIssuers', inFile: true, about: 'PEM: the issuers whose client certificates are let in' },
  {
    path: 'revocation.lists',
    list: true,
    about: 'URLs of revocation lists beside those that certificates name; these may be in the bank’s own network',
  },
  { path: 'revocation.refreshSeconds', about: 'how often each revocation list is fetched anew; 20, at most 40' },
  { path: 'revocation.graceSeconds', about: 'how long the last list serves when none can be had; 3600' },
  {
    path: 'registration.developerKeys',
    inFile: true,
    list: true,
    about: 'SHA-256 of each developer key that may register a TPP, in hexadecimal; without them nobody registers',
  },
  { path: 'registration.audience', about: 'what a registration JWT names as aud; https://op.fi/' },
  { path: 'registration.maxApplications', about: 'applications one organisation may register; 20' },
  { path: 'registration.callsPerMinute', about: 'calls about registrations by one organisation; 60' },
  {
    path: 'registration.keyServerIssuers',
    inFile: true,
    about: 'PEM: the issuers trusted for the servers of TPPs’ key sets; without it, those the system trusts',
  },
  { path: 'authorize.url', about: 'the issuer: public https origin of the pages, without a slash at its end' },
  { path: 'authorize.host', about: 'address they listen on; ::' },
  { path: 'authorize.port', about: 'port they listen on; 8444' },
  { path: 'authorize.certificate', inFile: true, about: 'PEM: their certificate' },
  { path: 'authorize.privateKey', inFile: true, about: 'PEM: the key of that certificate' },
  { path: 'proxy.host', about: 'address of the listener for a proxy that ends TLS; 127.0.0.1' },
  { path: 'proxy.port', about: 'port of that listener; 8446. No proxy.… at all, no such listener' },
  {
    path: 'proxy.addresses',
    list: true,
    about: 'addresses or networks of the proxies; calls from elsewhere are refused',
  },
  { path: 'proxy.certificate', inFile: true, about: 'PEM: certificate shown to the proxy; without it, plain HTTP' },
  { path: 'proxy.privateKey', inFile: true, about: 'PEM: the key of that certificate' },
  { path: 'audiences', list: true, about: 'what a request object may name as aud beside both addresses' },
  {
    path: 'keys.responseSigning',
    inFile: true,
    about: 'PEM: the key that signs answers, P-256 or RSA; in the file also a list',
  },
  { path: 'keys.idTokens', inFile: true, about: 'PEM: the RSA key that signs ID tokens; in the file also a list' },
  {
    path: 'keys.cookies',
    inFile: true,
    list: true,
    about: 'secrets that sign cookies; the first signs, all are taken',
  },
  {
    path: 'keys.factorSecret',
    inFile: true,
    about: 'secret the customers’ key lists are derived from; it never changes',
  },
  { path: 'bank.codes', list: true, about: 'what the national bank codes of this bank’s Finnish accounts start with' },
  { path: 'bank.bic', about: 'this bank’s BIC, named in what leaves for other banks' },
  {
    path: 'bank.exchangeRates',
    about: 'units of each currency for one euro: {"USD": "1.0850"}, or USD=1.0850,…; none',
  },
  { path: 'signatures', about: 'whether creating a payment must be signed: required (default) or optional' },
  { path: 'lifetimes.clientTokenSeconds', about: 'of a client-credentials token; 86399, never longer' },
  { path: 'lifetimes.userTokenSeconds', about: 'of a customer’s access token; 3600, never longer' },
  { path: 'lifetimes.idTokenSeconds', about: 'of an ID token; 600, never longer' },
  { path: 'lifetimes.codeSeconds', about: 'of an authorization code; 60, never longer' },
  { path: 'lifetimes.refreshTokenDays', about: 'of a refresh token; 45, never longer' },
  { path: 'unauthorizedSeconds', about: 'how long an authorization waits for its customer; 86400' },
  {
    path: 'idempotencyKeyDays',
    about: 'how long an idempotency key is remembered; 7, and longer than unauthorizedSeconds',
  },
  { path: 'limits.calls', about: 'calls that one worker answers at once, of all TPPs; one more is a 503; 1024' },
  { path: 'limits.connections', about: 'open connections of each listener of one worker; 20000' },
  {
    path: 'limits.connectionsPerSecond',
    about: 'connections that one address (of IPv6: one /64) may begin at one worker a second; 50; 0 is no limit',
  },
  {
    path: 'limits.connectionBurst',
    about: 'how many of these at once, by an address that has begun none for a while; 200',
  },
  {
    path: 'limits.connectionsExempt',
    list: true,
    about: 'addresses or networks without that limit, as proxy.addresses are without being named; 127.0.0.1 and ::1',
  },
  { path: 'limits.eventLoopDelayMs', about: 'how late a worker may run before it turns calls away; 500' },
  { path: 'limits.paymentCallsPerSecond', about: 'calls of the payments API by one TPP, over all workers; 1000' },
  { path: 'limits.tokenCallsPerMinute', about: 'calls of the token endpoints by one TPP, over all workers; 600' },
  { path: 'limits.customerLoginsPerMinute', about: 'attempts to log in as one customer, over all workers; 20' },
  { path: 'operations.host', about: 'loopback address of /livez, /readyz and /metrics; 127.0.0.1' },
  { path: 'operations.port', about: 'port of /livez, /readyz and /metrics; 8445; 0 takes any free one' },
  { path: 'callsUnderWay', about: 'calls of one TPP that one worker answers at once; 512' },
  { path: 'workers', about: 'processes that share the ports; 1' },
  { path: 'drainSeconds', about: 'how long an end may take; 30' },
  { path: 'hangSeconds', about: 'how long a worker may give no sign of life before it is killed and replaced; 30' },
  { path: 'log.level', about: 'trace, debug, info (default), warn, error or fatal' },
] as const satisfies readonly Member[];

export type MemberPath = (typeof MEMBERS)[number]['path'];

/** What exists in the sandbox and has no place here, with why. */
export const FORBIDDEN: Readonly<Record<string, string>> = {
  sandbox: 'the sandbox’s pages and scenarios let anybody approve payments',
  'sandbox.pages': 'the sandbox’s pages let anybody approve payments',
  'sandbox.scenarios': 'scenarios change what becomes of a payment',
  'database.directory': 'PGlite is one process’s own store, without copies and without failover',
};

/** `api.privateKey` → `LUPA_API_PRIVATE_KEY` */
export function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replaceAll(/[A-Z]/g, (letter) => `_${letter}`);
  return `LUPA_${words.toUpperCase()}`;
}
