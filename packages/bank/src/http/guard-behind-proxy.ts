import type { IncomingMessage } from 'node:http';
import { LupaError } from '@lupa/protocol';
import type { CertificateTrust, KnownCertificate } from '../ports/certificate-trust.ts';
import { type CertificateGuard, requireQwac } from './certificate-guard.ts';
import { CLIENT_CERT, forwardedCertificate, hasForwardedCertificate } from './forwarded-certificate.ts';
import { peerOf } from './proxied-connections.ts';

/**
 * Lets callers in by what a proxy says of their certificates (RFC 9440), on the connections of that proxy and on no other. What
 * the proxy passes on is judged as if it had been shown to the bank itself, its chain included, which no TLS of the bank's has
 * checked.
 *
 * @param own for connections that come straight to the bank
 * @param isSandbox where a header that nobody may send is ignored instead of refused, as `x-client-certificate` is
 */
export function guardBehindProxy(
  own: CertificateGuard,
  trust: CertificateTrust,
  { isSandbox }: { isSandbox: boolean },
): CertificateGuard {
  return {
    admit: (request, response) => {
      refuseStranger(request);
      if (peerOf(request) === undefined) {
        if (!isSandbox && hasForwardedCertificate(request)) throw notFromYou();
        return own.admit(request, response);
      }
      // Each call may be another caller's: nothing is kept for the connection.
      const presented = forwardedCertificate(request);
      if (presented === undefined) throw new LupaError('CERTIFICATE_UNKNOWN');
      return admitted(trust.know(presented));
    },
    closeRefused: () => own.closeRefused(),
  };
}

/** @throws LupaError HEADER_INVALID on a connection to the proxy's listener that is not the proxy's */
export function refuseStranger(request: Pick<IncomingMessage, 'socket'>): void {
  if (peerOf(request) !== 'stranger') return;
  throw new LupaError('HEADER_INVALID', {
    description:
      'This port takes calls from the bank’s own proxy alone; call the address that its discovery document names.',
  });
}

function admitted(certificate: KnownCertificate): KnownCertificate | Promise<KnownCertificate> {
  const waiting = certificate.settle();
  if (waiting !== undefined) return waiting.then(() => requireQwac(certificate));
  return requireQwac(certificate);
}

function notFromYou(): LupaError {
  const message = `${CLIENT_CERT} is not accepted from a caller`;
  const violation = { type: 'InvalidValue', path: CLIENT_CERT, message } as const;
  return new LupaError('HEADER_INVALID', { violations: [violation], description: `${message}: leave it out.` });
}
