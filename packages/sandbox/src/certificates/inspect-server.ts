import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { readCertificate } from '@lupa/certificates';
import { type Finding, findingOf, NothingToInspect } from './inspect-finding.ts';

const CONNECT_MILLISECONDS = 10_000;

const HTTPS_PORT = 443;

/** More authorities than any server sends. */
const MAX_CHAIN_LENGTH = 10;

/**
 * The certificate that a server shows. Whether it is trusted is looked at afterwards; a server that wants a certificate of the
 * caller's, as the API of a bank does, has shown its own by then.
 *
 * @throws NothingToInspect when it is no https address, or nobody answers there with TLS
 */
export async function readServer(source: string): Promise<Finding> {
  const url = URL.parse(source);
  if (url?.protocol !== 'https:') {
    throw new NothingToInspect(`${source} is no https address. Name a server as https://host:port, or a file.`);
  }
  const ders = await certificatesShownBy(url);
  return findingOf(source, () => ders.map(readCertificate));
}

function certificatesShownBy(url: URL): Promise<Buffer[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port) || HTTPS_PORT;
  const failure = (reason: string) =>
    new NothingToInspect(
      `${host}, port ${port}, shows no certificate: ${reason}. Check host and port, and that it is up.`,
    );
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Nothing is sent there; its certificate is what is to be judged.
      rejectUnauthorized: false,
    });
    socket.setTimeout(CONNECT_MILLISECONDS, () =>
      socket.destroy(failure(`no answer in ${CONNECT_MILLISECONDS / 1000} s`)),
    );
    const finish = (error?: Error) => {
      // A server of TLS 1.2 that wants the caller's certificate breaks off, and has shown its own before.
      const shown = chainOf(socket.getPeerCertificate(true));
      if (shown.length > 0) resolve(shown);
      else reject(error instanceof NothingToInspect ? error : failure(reasonOf(error)));
      socket.destroy();
    };
    socket.once('error', finish);
    socket.once('secureConnect', () => finish());
  });
}

/** OpenSSL's messages name its source files; its reasons, such as `wrong version number`, are enough. */
function reasonOf(error: Error | undefined): string {
  if (error === undefined) return 'it has none';
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}

/** Before a server has shown a certificate, Node's answer is empty. */
function chainOf(first: DetailedPeerCertificate | null | undefined): Buffer[] {
  const chain: Buffer[] = [];
  for (
    let next = first ?? undefined;
    next?.raw !== undefined && chain.length < MAX_CHAIN_LENGTH;
    next = next.issuerCertificate
  ) {
    chain.push(next.raw);
    // A root names itself as its issuer.
    if (next.issuerCertificate === next) break;
  }
  return chain;
}
