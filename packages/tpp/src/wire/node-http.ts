import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request as tlsRequest } from 'node:https';
import { type HttpAnswer, HttpFailure, type HttpFailureKind, type HttpRequest, type HttpSend } from './http.ts';
import { isLocalhost } from './localhost.ts';
import { readAnswer } from './read-answer.ts';

/** PEM texts of a client. */
export interface TlsIdentity {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string | readonly string[] | undefined;
}

/** TLS alerts by which a bank says that it does not accept our certificate; under TLS 1.3 they come after the handshake. */
const CERTIFICATE_ALERT = /ALERT.*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

/** What the network itself reports, as opposed to TLS. */
const NETWORK_ERROR = /^(?:ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE|EADDR|EMFILE|ENFILE)/;

/**
 * Sends over `node:https` with connections kept alive, TLS 1.2 or newer. Only requests that ask for it show the client certificate, so the
 * hosts that serve keys and discovery never see it. Plain http goes to this machine only.
 */
export function openNodeHttp({ cert, key, ca }: TlsIdentity): { readonly send: HttpSend; close(): void } {
  const trust = { minVersion: 'TLSv1.2' as const, ...(ca === undefined ? {} : { ca: [ca].flat() }) };
  const mutual = { ...trust, ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  const keptAlive = new Agent({ ...mutual, keepAlive: true });
  const fresh = new Agent({ ...mutual, keepAlive: false });
  const anonymous = new Agent({ ...trust, keepAlive: true });
  const plain = new PlainAgent({ keepAlive: false });
  const agents = [keptAlive, fresh, anonymous, plain];

  const send: HttpSend = async (request) => {
    const url = new URL(request.url);
    if (url.protocol === 'https:') {
      const agent = request.clientCertificate ? (request.freshConnection ? fresh : keptAlive) : anonymous;
      return exchange(request, tlsRequest(url, { ...optionsOf(request), agent }), 'secureConnect');
    }
    if (url.protocol !== 'http:' || !isLocalhost(url) || request.clientCertificate) {
      throw new TypeError('plain http is for keys and discovery on this machine only');
    }
    return exchange(request, plainRequest(url, { ...optionsOf(request), agent: plain }), 'connect');
  };
  return { send, close: () => agents.forEach((agent) => void agent.destroy()) };
}

function optionsOf({ method, headers, body }: HttpRequest) {
  const length = body === undefined && method !== 'PUT' ? {} : { 'content-length': String(body?.length ?? 0) };
  return { method, headers: { ...headers, ...length } };
}

type Outgoing = ReturnType<typeof tlsRequest>;

function exchange(request: HttpRequest, outgoing: Outgoing, readyEvent: string): Promise<HttpAnswer> {
  const { body, signal, timeoutMs, maxAnswerBytes } = request;
  return new Promise((resolve, reject) => {
    let isSent = false;
    const fail = (kind: HttpFailureKind, cause?: unknown) => {
      finish();
      reject(new HttpFailure(kind, { cause, isSent }));
      outgoing.destroy();
    };
    const onAbort = () => fail('aborted', signal?.reason);
    const timer = setTimeout(() => fail(isSent ? 'timeout' : 'unreachable'), timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    // Reasons after the first are dropped by the promise; the listener must stay, or they would end the process.
    outgoing.on('error', (error) => fail(kindOf(error, isSent), error));
    outgoing.on('socket', (socket) => {
      if (outgoing.reusedSocket) isSent = true;
      else socket.once(readyEvent, () => (isSent = true));
    });
    outgoing.on('response', (incoming) => {
      readAnswer(incoming, maxAnswerBytes).then(
        (answer) => {
          finish();
          resolve(answer);
        },
        (failure: HttpFailure) => fail(failure.kind, failure.cause),
      );
    });
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener('abort', onAbort);
    outgoing.end(body);
  });
}

function kindOf(error: NodeJS.ErrnoException, isSent: boolean): HttpFailureKind {
  const code = error.code ?? '';
  if (CERTIFICATE_ALERT.test(code)) return 'tls';
  if (isSent) return 'lost';
  return NETWORK_ERROR.test(code) ? 'unreachable' : 'tls';
}
