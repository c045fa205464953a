import { createPrivateKey } from 'node:crypto';
import type { JwsSigner } from '@lupa/protocol';
import type { BenchTpp } from './bench-tpp.ts';
import type { Identity } from './certificates.ts';
import { serveParent } from './child.ts';
import { signedPayment } from './signed-payment.ts';
import { percentile, type Round } from './statistics.ts';
import { TlsConnection } from './tls-connection.ts';

/** One round to be driven. */
export interface RoundOrder {
  readonly port: number;
  readonly requests: number;
  readonly connections: number;
  readonly accessToken: string;
  readonly tpp: BenchTpp;
  readonly authority: string;
  readonly identity: Identity;
}

/** What came of it. */
export interface RoundOutcome extends Round {
  /** Answers that were no 201, by status: how many, and the first one's body. */
  readonly refusals: Readonly<Record<string, { readonly count: number; readonly first: string }>>;
}

/** Connections stay open from round to round, by the port they lead to. */
const connectionsTo = new Map<number, TlsConnection[]>();

let signer: JwsSigner | undefined;

/**
 * A process that creates payments as fast as a server takes them. All requests of a round are signed before its clock
 * starts, so that inside it a request costs this process a write, a read and a look at the status.
 */
async function runRound(order: RoundOrder): Promise<RoundOutcome> {
  const { port, requests: count, accessToken, tpp } = order;
  signer ??= { key: createPrivateKey(tpp.signing.privateKey), kid: tpp.signing.kid, alg: 'ES256' };
  const caller = { host: `localhost:${port}`, accessToken, apiKey: tpp.apiKey, signer };
  const requests = Array.from({ length: count }, () => signedPayment(caller));
  const connections = await openConnections(order);

  const latenciesMs = new Float64Array(count);
  const refusals: Record<string, { count: number; first: string }> = {};
  let next = 0;
  const drive = async (connection: TlsConnection) => {
    for (let index = next++; index < count; index = next++) {
      const start = performance.now();
      const { status, body } = await connection.exchange(requests[index] as Buffer);
      latenciesMs[index] = performance.now() - start;
      if (status === 201) continue;
      refusals[status] ??= { count: 0, first: body.toString('utf8').slice(0, 300) };
      refusals[status].count += 1;
    }
  };
  const start = performance.now();
  await Promise.all(connections.map(drive));
  const seconds = (performance.now() - start) / 1000;
  latenciesMs.sort();
  return {
    requestsPerSecond: count / seconds,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    refusals,
  };
}

async function openConnections({ port, connections, authority, identity }: RoundOrder): Promise<TlsConnection[]> {
  const open = (connectionsTo.get(port) ?? []).filter(({ isOpen }) => isOpen);
  while (open.length < connections) open.push(await TlsConnection.open({ port, authority, identity }));
  connectionsTo.set(port, open);
  return open;
}

serveParent(runRound);
