import { Socket } from 'node:net';
import pg from 'pg';
import { connectionConfig } from './pg-connection.ts';

/** A connection that knows whose it is, and can be cut without waiting for anybody. */
export class ServerClient extends pg.Client {
  readonly address: string;
  readonly #socket: Socket;
  #isGathering = false;

  /**
   * @param statementLimitMs how long one statement may take; as `connectionConfig` has it when absent
   * @param isWatched whether somebody else sees to it that answers which stay away are not waited for (`AnswerWatch`)
   */
  constructor(address: string, statementLimitMs?: number, isWatched = false) {
    const socket = new Socket();
    const { query_timeout, ...config } = connectionConfig(address, statementLimitMs);
    super({ ...config, ...(isWatched ? {} : { query_timeout }), stream: () => socket });
    this.address = address;
    this.#socket = socket;
    // What is asked on it is told of a loss by its own promise.
    this.on('error', () => undefined);
  }

  /**
   * What is asked in this turn of the event loop is sent together at its end: of a statement's cost in this process and in the
   * server's, the writes, reads and wakings of a socket are a good part.
   */
  gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { stream } = this.connection;
    stream.cork();
    setImmediate(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  /** Whoever waits for an answer is told that it is lost. */
  cut(): void {
    this.#socket.destroy();
  }
}
