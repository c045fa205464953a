import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A port in front of several others: each new connection goes to the next one. */
export interface AlternatingConnections {
  readonly port: number;
  /** Connections that went to each, in their order. */
  readonly counts: readonly number[];
  close(): void;
}

/** Passes bytes on and looks at none, as a balancer of TCP connections does. */
export async function alternateConnections(ports: readonly number[]): Promise<AlternatingConnections> {
  const counts = ports.map(() => 0);
  let next = 0;
  const server = createServer((caller) => {
    const index = next % ports.length;
    next += 1;
    counts[index] = (counts[index] ?? 0) + 1;
    const bank = connect(ports[index] ?? 0, '127.0.0.1');
    for (const [one, other] of [
      [caller, bank],
      [bank, caller],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, counts, close: () => server.close() };
}
