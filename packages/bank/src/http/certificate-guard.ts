import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type CertificateRefusal, organisationIdOf } from '@lupa/certificates';
import { LupaError } from '@lupa/protocol';
import type { CertificateTrust, KnownCertificate } from '../ports/certificate-trust.ts';
import type { Client } from '../ports/clients.ts';
import { presentedCertificate, type ReadPresentedCertificate } from './client-certificate.ts';

/** Lets callers in by their certificates: every call anew, on connections that have long been open too. */
export interface CertificateGuard {
  /**
   * The certificate a request comes with, if it is a QWAC for payment initiation that is trusted, in time and not revoked.
   *
   * @returns at once, but for the first call in a while, which may have to wait for a revocation list
   * @throws LupaError CERTIFICATE_UNKNOWN, CERTIFICATE_REFUSED or ROLE_MISSING (the promise rejects with the same)
   */
  admit(request: IncomingMessage, response: ServerResponse): KnownCertificate | Promise<KnownCertificate>;
  /** Closes the idle connections of those who would not be let in now. A call under way is answered; the next is refused. */
  closeRefused(): void;
}

interface OpenConnection {
  readonly certificate: KnownCertificate;
  /** The answer to its latest request. */
  response: ServerResponse;
}

/** A guard over connections, each of which shows its certificate once. */
export function certificateGuard(
  trust: CertificateTrust,
  present: ReadPresentedCertificate = presentedCertificate,
): CertificateGuard {
  /** Asking the connection costs 30 times what this look-up does, and its certificate never changes. */
  const open = new Map<Socket, OpenConnection>();

  function certificateOf(request: IncomingMessage, response: ServerResponse): KnownCertificate {
    const { socket } = request;
    const known = open.get(socket);
    if (known !== undefined) {
      known.response = response;
      return known.certificate;
    }
    const presented = present(request);
    if (presented === undefined) throw new LupaError('CERTIFICATE_UNKNOWN');
    const certificate = trust.know(presented);
    if (!socket.destroyed) {
      open.set(socket, { certificate, response });
      socket.once('close', () => open.delete(socket));
    }
    return certificate;
  }

  return {
    admit: (request, response) => {
      const certificate = certificateOf(request, response);
      const waiting = certificate.settle();
      if (waiting !== undefined) return waiting.then(() => requireQwac(certificate));
      return requireQwac(certificate);
    },
    closeRefused: () => {
      // Many connections show the same certificate.
      const verdicts = new Map<KnownCertificate, boolean>();
      for (const [socket, { certificate, response }] of open) {
        const isRefused = verdicts.get(certificate) ?? isRefusedNow(certificate);
        verdicts.set(certificate, isRefused);
        if (isRefused && response.writableFinished) socket.destroySoon();
      }
    },
  };
}

/** @returns CERTIFICATE_REFUSED unless the certificate that was let in is one of the client's own organisation */
export function organisationRefusal(
  known: KnownCertificate,
  { organisationId }: Pick<Client, 'organisationId'>,
): LupaError | undefined {
  if (known.certificate !== undefined && organisationIdOf(known.certificate) === organisationId) return undefined;
  const refusal = known.judge({ ...UNDER_TLS, organisationId });
  return refusal && certificateRefused(refusal);
}

/** @throws LupaError CERTIFICATE_REFUSED or ROLE_MISSING */
export function requireQwac(certificate: KnownCertificate): KnownCertificate {
  const refusal = certificate.judge(UNDER_TLS);
  if (refusal !== undefined) throw certificateRefused(refusal);
  return certificate;
}

const UNDER_TLS = { use: 'tls' } as const;

/** An idle connection keeps its lists wanted, so that they are still renewed. */
function isRefusedNow(certificate: KnownCertificate): boolean {
  return certificate.settle() === undefined && certificate.judge(UNDER_TLS) !== undefined;
}

function certificateRefused({ code, message }: CertificateRefusal): LupaError {
  return new LupaError(code === 'role-missing' ? 'ROLE_MISSING' : 'CERTIFICATE_REFUSED', { description: message });
}
