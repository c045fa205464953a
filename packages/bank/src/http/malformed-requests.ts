import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { LupaError } from '@lupa/protocol';
import type { Identifiers } from '../ports/identifiers.ts';
import type { CurrentSigner } from './key-ring.ts';
import { callUnderWay, endAfter, isAnswered } from './one-by-one.ts';
import { errorAnswer, signAnswer } from './signed-reply.ts';

const TOO_SLOW = 'The request took too long to come: send it again, at once.';

const STATUS_TEXTS: Readonly<Record<number, string>> = { 400: 'Bad Request', 431: 'Request Header Fields Too Large' };

/**
 * Answers what Node could not even parse as a request, signed like every other answer (contract §5, §7), and ends the
 * connection: where the next request would begin is unknown. A call that came before it is answered instead.
 */
export function answerMalformed(signer: CurrentSigner, identifiers: Identifiers) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (!isOfRequest(error) || !socket.writable) {
      socket.destroy();
      return;
    }
    const before = callUnderWay(socket);
    if (before !== undefined) {
      endAfter(before, socket);
      return;
    }
    if (isAnswered(socket)) {
      socket.destroySoon();
      return;
    }
    const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'HEADERS_TOO_LARGE' : 'HEADER_INVALID';
    const requestId = identifiers.uuid();
    const description = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? TOO_SLOW : undefined;
    const answer = errorAnswer(new LupaError(code, description === undefined ? {} : { description }), requestId);
    const { status, headers, bytes } = signAnswer(signer(), answer, { requestId, interactionId: requestId });
    const head = Object.entries({ date: new Date().toUTCString(), connection: 'close', ...headers });
    const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_TEXTS[status]}\r\n${lines}\r\n`), bytes]));
    socket.destroySoon();
  };
}

/** Node tells of a handshake that failed, or took too long, in the same way: there is nobody to be answered then. */
export function isOfRequest({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_') || code.startsWith('ERR_HTTP_');
}

/** Answers a request that `framingFault` refuses in the same way. */
export function answerUnframed(signer: CurrentSigner, identifiers: Identifiers) {
  return (fault: string, request: IncomingMessage, response: ServerResponse): void => {
    const requestId = identifiers.uuid();
    const answer = errorAnswer(new LupaError('HEADER_INVALID', { description: fault }), requestId);
    const { status, headers, bytes } = signAnswer(signer(), answer, { requestId, interactionId: requestId });
    endAfter(response, request.socket);
    response.writeHead(status, headers).end(bytes);
  };
}
