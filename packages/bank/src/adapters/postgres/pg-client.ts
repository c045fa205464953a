import { Socket } from 'node:net';
import pg from 'pg';
import { connectionConfig } from './pg-connection.ts';

/** A connection that knows whose it is, and can be cut without waiting for anybody. */
export class ServerClient extends pg.Client {
  readonly address: string;
  readonly #socket: Socket;

  /** @param statementLimitMs how long one statement may take; as `connectionConfig` has it when absent */
  constructor(address: string, statementLimitMs?: number) {
    const socket = new Socket();
    super({ ...connectionConfig(address, statementLimitMs), stream: () => socket });
    this.address = address;
    this.#socket = socket;
    // What is asked on it is told of a loss by its own promise.
    this.on('error', () => undefined);
  }

  /** Whoever waits for an answer is told that it is lost. */
  cut(): void {
    this.#socket.destroy();
  }
}
