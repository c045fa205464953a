import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';

/**
 * How long a listener waits for whom, in milliseconds, and how much it takes from them: whoever sends a byte now and then holds a
 * connection, and nothing else, for seconds.
 */
export const CONNECTION_LIMITS = {
  /** The head of a request. */
  headersTimeout: 10_000,
  /** A whole request. */
  requestTimeout: 30_000,
  /** How often requests are looked at that have taken too long. */
  connectionsCheckingInterval: 5_000,
  /** Longer than the keep-alive of common proxies and clients, so that they end an idle connection before we do. */
  keepAliveTimeout: 72_000,
  maxHeaderSize: 16 * 1024,
  /** Of a header that was sent twice both are looked at: Node would drop the second of some. */
  joinDuplicateHeaders: true,
  /** Which we refuse ourselves, in our own words (`framing.ts`). */
  requireHostHeader: false,
} as const;

export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Whoever is owed an answer, and neither takes any of it nor says anything for so long, is gone. No call takes as long. */
const STALLED_MS = 60_000;

/** Open connections of one listener of one process; one more is closed before its handshake. */
export const MAX_CONNECTIONS = 20_000;

/** @param most connections at once */
export function limitConnections(server: HttpServer | HttpsServer, most: number): void {
  server.maxConnections = most;
  server.timeout = STALLED_MS;
}
