import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { PresentedCertificate } from '../ports/certificate-trust.ts';

/** What a caller shows of itself. Where a proxy ends TLS in front of the bank, it is the proxy that says so. */
export type ReadPresentedCertificate = (request: IncomingMessage) => PresentedCertificate | undefined;

/**
 * The certificate that this connection was opened with.
 *
 * Of what the caller sent beside it OpenSSL has made use in the handshake, but Node does not show it to a server: the way from
 * here to an anchor leads through the anchors alone, so that an authority in between has to be one of them.
 *
 * @returns undefined when the connection has none of its own: Node shows the earlier certificate on a resumed session even where
 * the caller did not present it again, so a resumed session counts as none. The listener gives out no session tickets, so an
 * honest caller never gets here.
 */
export function presentedCertificate({ socket }: IncomingMessage): PresentedCertificate | undefined {
  if (!isTls(socket) || !socket.authorized || socket.isSessionReused()) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate && { certificate: certificate.raw, intermediates: [] };
}

function isTls(socket: Socket): socket is TLSSocket {
  return 'getPeerX509Certificate' in socket;
}
