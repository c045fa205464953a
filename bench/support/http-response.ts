/** One answer as it came over the wire. */
export interface HttpResponse {
  readonly status: number;
  /** Status line and header lines. */
  readonly head: string;
  readonly body: Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS_LINE = /^HTTP\/1\.1 ([2-5]\d\d)[ \r]/;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d{1,9})(?=\r|$)/i;

/** Longer heads are not what these servers answer with. */
const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Reads the answers of one connection on which one request at a time is under way: HTTP/1.1 with a content-length, which
 * is all that the measured servers send. Anything else is an error and never a guess, so that what is counted was read.
 */
export class HttpResponseReader {
  #held: Buffer = Buffer.alloc(0);

  /**
   * @param chunk the next bytes of the connection
   * @returns the answer, once its last byte is there
   * @throws Error for what is not one whole answer with a content-length
   */
  push(chunk: Buffer): HttpResponse | undefined {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd === -1 && bytes.length > MAX_HEAD_BYTES) throw new Error('an answer whose head does not end');
    const response = headEnd === -1 ? undefined : readResponse(bytes, headEnd);
    this.#held = response === undefined ? bytes : Buffer.alloc(0);
    return response;
  }
}

/** A header's value, by its lower-case name. */
export function headerOf({ head }: HttpResponse, name: string): string | undefined {
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (line.slice(0, colon).toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}

function readResponse(bytes: Buffer, headEnd: number): HttpResponse | undefined {
  const head = bytes.toString('latin1', 0, headEnd);
  const status = STATUS_LINE.exec(head)?.[1];
  const length = CONTENT_LENGTH.exec(head)?.[1];
  if (status === undefined) throw new Error('an answer that does not begin with a final HTTP/1.1 status');
  if (length === undefined) throw new Error(`an answer ${status} without a content-length`);
  const bodyStart = headEnd + HEAD_END.length;
  const end = bodyStart + Number(length);
  if (bytes.length < end) return undefined;
  if (bytes.length > end) throw new Error(`an answer ${status} followed by bytes nobody asked for`);
  return { status: Number(status), head, body: bytes.subarray(bodyStart, end) };
}
