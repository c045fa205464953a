import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The answers that a connection was last asked for. */
interface Asked {
  readonly latest: ServerResponse;
  /** The one before it, unless that has left. */
  readonly before: ServerResponse | undefined;
}

const asked = new WeakMap<Socket, Asked>();

/**
 * Answers the requests of a connection one by one. What arrives before the answer to the request before it is complete, or after
 * one that ends the connection, is never looked at, and the connection ends with the answers that are due: a client may not
 * rely on anything else (RFC 9112 section 9.3.2), hardly one does, and a request that somebody hid behind another comes this way.
 * So does whoever sends request after request and reads no answer.
 */
export function oneByOne(answer: RequestListener): RequestListener {
  return (request, response) => {
    const { socket } = request;
    const known = asked.get(socket);
    if (known === undefined || isItsTurn(known)) {
      const before = known === undefined || known.latest.writableFinished ? undefined : known.latest;
      asked.set(socket, { latest: response, before });
      // Which we never do; but of what follows in the same packet Node takes nothing.
      if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
      answer(request, response);
    } else {
      endAfter(known.latest, socket);
    }
  };
}

/** The last call that came whole on a connection, unless its answer has left: what is wrong on the connection came after it. */
export function callUnderWay(socket: Socket): ServerResponse | undefined {
  const latest = asked.get(socket)?.latest;
  return latest?.req.complete && !latest.writableFinished ? latest : undefined;
}

/** Whether a connection is in the middle of a request that has been answered already. */
export function isAnswered(socket: Socket): boolean {
  const latest = asked.get(socket)?.latest;
  return latest !== undefined && !latest.req.complete && latest.headersSent;
}

/** Ends a connection once this answer has left, and takes nothing more from it. */
export function endAfter(response: ServerResponse, socket: Socket): void {
  response.shouldKeepAlive = false;
  if (response.writableFinished) socket.destroySoon();
  else response.once('finish', () => socket.destroySoon());
  socket.pause();
}

function isItsTurn({ latest, before }: Asked): boolean {
  // Whoever has the whole of an answer may ask again before we know that it has left; but not twice.
  return latest.writableEnded && latest.shouldKeepAlive && (before === undefined || before.writableFinished);
}
