import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { Identity } from './certificates.ts';
import { type HttpResponse, HttpResponseReader } from './http-response.ts';

export interface ConnectionOptions {
  readonly port: number;
  /** PEM of the issuer of the server's certificate. */
  readonly authority: string;
  readonly identity: Identity;
  /** A session of an earlier connection to the same server, to be resumed if the server will. */
  readonly session?: Buffer;
}

/**
 * One keep-alive connection over mutual TLS, on which one request at a time is under way. As little work for a request as
 * Node allows, because whoever measures shares the cores with what is measured.
 */
export class TlsConnection {
  readonly #socket: TLSSocket;
  readonly #reader = new HttpResponseReader();
  #waiting: { resolve: (response: HttpResponse) => void; reject: (error: unknown) => void } | undefined;
  /** What ended the connection, once it has ended. */
  #failure: Error | undefined;
  #session: Buffer | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the server closed the connection')));
    socket.on('session', (session: Buffer) => {
      this.#session = session;
    });
  }

  static async open({ port, authority, identity, session }: ConnectionOptions): Promise<TlsConnection> {
    const { certificate: cert, privateKey: key } = identity;
    const socket = connect({
      ...{ host: '127.0.0.1', port, servername: 'localhost', ca: authority, cert, key },
      ...(session === undefined ? {} : { session }),
    });
    const connection = new TlsConnection(socket);
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    return connection;
  }

  /** What the server gave for the next connection, if it gave anything. */
  get session(): Buffer | undefined {
    return this.#session;
  }

  /** Whether the server took the session it was offered. */
  get isResumed(): boolean {
    return this.#socket.isSessionReused();
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Sends one whole request and waits for its whole answer. @throws Error when the connection ends first */
  exchange(request: Buffer): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      if (this.#waiting !== undefined) return reject(new Error('a request is under way'));
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      const response = this.#reader.push(chunk);
      if (response === undefined) return;
      const waiting = this.#waiting;
      if (waiting === undefined) throw new Error('an answer nobody asked for');
      this.#waiting = undefined;
      waiting.resolve(response);
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
      this.#socket.destroy();
    }
  }

  #end(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}
