import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { type ConnectionAllowance, type ConnectionRate, takeConnection } from '../domain/connection-rate.ts';
import { sourceNetwork } from '../domain/source-network.ts';
import type { Measures } from '../ports/measures.ts';
import { type AddressList, addressList } from './address-list.ts';

/** How many connections one address may begin at one process: an IPv4 address, or the /64 of an IPv6 one. */
export interface AddressLimitSettings extends ConnectionRate {
  /** Addresses and networks that may begin as many as they like: `10.0.0.7`, `10.1.0.0/16`. */
  readonly exempt: readonly string[];
}

export interface AddressLimitParts {
  readonly measures: Measures;
  readonly log: FastifyBaseLogger;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number;
}

/** Who has begun none for the longest time is forgotten first, and may begin a whole burst again. */
const MAX_ADDRESSES = 10_000;

/** A flood is told of once in a while, and counted meanwhile. */
const TELL_EVERY_MS = 60_000;

/**
 * Keeps any one address from taking a process with TLS handshakes, each of which costs milliseconds of its time: a connection that
 * is one too many is reset before its handshake begins.
 */
export class AddressLimit {
  readonly #settings: AddressLimitSettings;
  readonly #parts: Required<AddressLimitParts>;
  readonly #exempt: AddressList;
  /** By who was looked at last, the latest at the end. */
  readonly #allowances = new Map<string, ConnectionAllowance>();
  #untold = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  /** @throws RangeError when an exempt address is neither an address nor a network */
  constructor(settings: AddressLimitSettings, parts: AddressLimitParts) {
    this.#settings = settings;
    this.#parts = { nowMs: () => performance.now(), ...parts };
    this.#exempt = addressList(settings.exempt);
  }

  /** Addresses it remembers. */
  get size(): number {
    return this.#allowances.size;
  }

  /**
   * Has a server refuse connections. To be called before it listens, and before others listen for its connections: they hear of
   * those that were refused too.
   */
  watch(server: HttpServer | HttpsServer, listener: 'api' | 'authorize'): void {
    // Whoever listens here already begins the handshake, and cannot be given a socket that has been destroyed.
    const others = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (this.admits(socket.remoteAddress)) {
        for (const other of others) other.call(server, socket);
      } else {
        this.#parts.measures.connectionRefused(listener);
        // Reset, so that the operating system keeps nothing of it either.
        socket.resetAndDestroy();
      }
    });
  }

  /**
   * Whether one more connection from there may begin; it is counted then.
   *
   * @param remoteAddress undefined when the caller has gone again, which makes no work
   */
  admits(remoteAddress: string | undefined): boolean {
    if (remoteAddress === undefined || this.#exempt.holds(remoteAddress)) return true;
    const source = sourceNetwork(remoteAddress);
    const before = this.#allowances.get(source);
    const nowMs = this.#parts.nowMs();
    const after = takeConnection(before, nowMs, this.#settings);
    const kept = after ?? before;
    if (kept !== undefined) this.#keep(source, kept);
    if (after === undefined) this.#tell(source, nowMs);
    return after !== undefined;
  }

  #keep(source: string, allowance: ConnectionAllowance): void {
    this.#allowances.delete(source);
    this.#allowances.set(source, allowance);
    if (this.#allowances.size <= MAX_ADDRESSES) return;
    const [longestAgo] = this.#allowances.keys();
    if (longestAgo !== undefined) this.#allowances.delete(longestAgo);
  }

  #tell(from: string, nowMs: number): void {
    this.#untold += 1;
    if (nowMs - this.#toldAtMs < TELL_EVERY_MS) return;
    const line = { from, refused: this.#untold };
    this.#parts.log.warn(
      line,
      'an address begins more connections than one may; those too many are reset before their handshake',
    );
    this.#toldAtMs = nowMs;
    this.#untold = 0;
  }
}
