import type { BenchTpp } from './bench-tpp.ts';
import { type Calls, GRANTED, requestsOf } from './calls.ts';
import type { Identity } from './certificates.ts';
import { serveParent } from './child.ts';
import { TlsConnection } from './tls-connection.ts';

/** One round to be driven. */
export interface RoundOrder {
  readonly port: number;
  readonly connections: number;
  readonly calls: Calls;
  readonly tpp: BenchTpp;
  readonly authority: string;
  readonly identity: Identity;
  /** Whether each call has a connection of its own, with its handshake inside the clock. */
  readonly connectEach?: 'full' | 'resuming';
  /** Whether the answers' bodies are wanted. */
  readonly wantBodies?: boolean;
}

/** What came of it. */
export interface RoundOutcome {
  readonly seconds: number;
  /** In the order of the calls. */
  readonly latenciesMs: readonly number[];
  /** Answers that were not what a granted call is answered with, by status: how many, and the first one's body. */
  readonly refusals: Readonly<Record<string, { readonly count: number; readonly first: string }>>;
  /** In the order of the calls; empty unless wanted. */
  readonly bodies: readonly string[];
  /** Connections that resumed an earlier one's session. */
  readonly resumed: number;
}

/** Connections stay open from round to round, by the port they lead to. */
const connectionsTo = new Map<number, TlsConnection[]>();

/**
 * A process that calls as fast as a server answers. All requests of a round are made and signed before its clock
 * starts, so that inside it a request costs this process a write, a read and a look at the status.
 */
async function runRound(order: RoundOrder): Promise<RoundOutcome> {
  const { port, calls, tpp, connectEach, wantBodies = false } = order;
  const requests = requestsOf(calls, { host: `localhost:${port}`, tpp });
  const count = requests.length;
  const lanes = connectEach === undefined ? await openConnections(order) : newConnections(order);
  const latenciesMs = new Array<number>(count).fill(0);
  const bodies = new Array<string>(wantBodies ? count : 0).fill('');
  const refusals: Record<string, { count: number; first: string }> = {};
  let next = 0;
  const drive = async (exchange: TlsConnection['exchange']) => {
    for (let index = next++; index < count; index = next++) {
      const start = performance.now();
      const { status, body } = await exchange(requests[index] as Buffer);
      latenciesMs[index] = performance.now() - start;
      if (wantBodies) bodies[index] = body.toString();
      if (status === GRANTED[calls.kind]) continue;
      refusals[status] ??= { count: 0, first: body.toString('utf8').slice(0, 300) };
      refusals[status].count += 1;
    }
  };
  const resumedBefore = resumptions;
  const start = performance.now();
  await Promise.all(lanes.map(drive));
  const seconds = (performance.now() - start) / 1000;
  return { seconds, latenciesMs, refusals, bodies, resumed: resumptions - resumedBefore };
}

async function openConnections(order: RoundOrder): Promise<TlsConnection['exchange'][]> {
  const { port, connections } = order;
  const open = (connectionsTo.get(port) ?? []).filter(({ isOpen }) => isOpen);
  while (open.length < connections) open.push(await TlsConnection.open(order));
  connectionsTo.set(port, open);
  return open.slice(0, connections).map((connection) => (request) => connection.exchange(request));
}

/** The session each server gave last, if it gave any. */
const sessions = new Map<number, Buffer>();
let resumptions = 0;

/** As many at a time as there would be connections, each for one call. */
function newConnections(order: RoundOrder): TlsConnection['exchange'][] {
  const { port, connections, connectEach } = order;
  const exchange = async (request: Buffer) => {
    const session = connectEach === 'resuming' ? sessions.get(port) : undefined;
    const connection = await TlsConnection.open({ ...order, ...(session === undefined ? {} : { session }) });
    try {
      if (connection.isResumed) resumptions += 1;
      const answer = await connection.exchange(request);
      if (connection.session !== undefined) sessions.set(port, connection.session);
      return answer;
    } finally {
      connection.close();
    }
  };
  return Array.from({ length: connections }, () => exchange);
}

serveParent(runRound);
