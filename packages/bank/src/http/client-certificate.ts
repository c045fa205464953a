import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { LupaError } from '@lupa/protocol';

/** Reading the peer's certificate costs 30 times what this look-up does, and it never changes on a connection. */
const thumbprintOf = new WeakMap<TLSSocket, string>();

/**
 * The `x5t#S256` (RFC 8705 section 3.1) of the certificate this connection was opened with.
 *
 * @throws LupaError CERTIFICATE_UNKNOWN when the connection has none of its own: Node shows the earlier certificate on a
 * resumed session even where the caller did not present it again, so a resumed session counts as none. The listener gives
 * out no session tickets, so an honest caller never gets here.
 */
export function certificateThumbprint(request: IncomingMessage): string {
  const socket = request.socket as TLSSocket;
  const known = thumbprintOf.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.authorized && !socket.isSessionReused() ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) throw new LupaError('CERTIFICATE_UNKNOWN');
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  thumbprintOf.set(socket, thumbprint);
  return thumbprint;
}
