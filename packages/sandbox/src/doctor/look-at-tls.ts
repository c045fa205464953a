import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { ClientSettings } from '@lupa/tpp';

const PATIENCE_MS = 5_000;

/** What a server showed of itself. */
export interface ServerTls {
  readonly host: string;
  readonly protocol: string;
  readonly certificate: X509Certificate;
  /** Why its certificate is not trusted, in OpenSSL's words; `undefined` when it is. */
  readonly distrust: string | undefined;
}

/** What is shown to a server, and who is trusted; Node's issuers where nobody is named. */
export type ShownTls = { readonly [Part in keyof ClientSettings['tls']]?: ClientSettings['tls'][Part] | undefined };

/** Shakes hands with a server and believes nothing yet. Nothing is sent. */
export function lookAtTls(address: string, { cert, key, ca }: ShownTls): Promise<ServerTls> {
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const { promise, resolve, reject } = Promise.withResolvers<ServerTls>();
  const socket = connect({
    host,
    port: Number(port) || 443,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(cert === undefined || key === undefined ? {} : { cert, key: revealed(key) }),
    ...(ca === undefined ? {} : { ca: [ca].flat() }),
    // What is wrong with the certificate is to be told in our words, and each fault of its own.
    rejectUnauthorized: false,
  });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no TLS handshake in ${PATIENCE_MS / 1000} s`)));
  socket.once('error', reject);
  socket.once('secureConnect', () => {
    const certificate = socket.getPeerX509Certificate();
    const protocol = socket.getProtocol();
    if (certificate === undefined || protocol === null) reject(new Error('it showed no certificate'));
    else resolve({ host, protocol, certificate, distrust: distrustOf(socket.authorizationError) });
  });
  return promise.finally(() => socket.destroy());
}

/** Whose names the certificate has, and its time, are looked at apart. */
const NOT_OF_TRUST = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

function distrustOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : error;
  if (code === null || code === undefined || code === '') return undefined;
  return NOT_OF_TRUST.has(String(code)) ? undefined : String(code);
}

function revealed(key: ClientSettings['tls']['key']): string {
  return typeof key === 'string' ? key : key.reveal();
}
