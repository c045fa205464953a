import { createServer } from 'node:net';
import type { BankProcessOptions } from './bank-process.ts';
import type { BareServerOptions } from './bare-server.ts';
import { type Child, startChild } from './child.ts';

/** A server under measurement. */
export interface MeasuredServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** The three servers, all on one database: whatever the database does besides, it does to all of them. */
export interface MeasuredServers {
  readonly bank: MeasuredServer;
  readonly bare: MeasuredServer;
  readonly control: MeasuredServer;
}

/**
 * Starts the bank, which makes the schema and registers the TPP, and then the two bare servers.
 *
 * @param profileDirectory where the bank's and the first bare server's CPU profiles go at the end, if anywhere
 */
export async function startServers(options: BareServerOptions, profileDirectory?: string): Promise<MeasuredServers> {
  const flags = (name: string) =>
    profileDirectory === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${name}.cpuprofile`];
  const [apiPort, authorizePort] = await freePorts(2);
  const bank = await startServer('bank-process.ts', { ...options, apiPort, authorizePort }, flags('bank'));
  const bare = await startServer('bare-server.ts', options, flags('bare'));
  return { bank, bare, control: await startServer('bare-server.ts', options, []) };
}

async function startServer(
  module: string,
  options: BareServerOptions | BankProcessOptions,
  flags: readonly string[],
): Promise<MeasuredServer> {
  const child: Child = startChild(new URL(module, import.meta.url), flags);
  const { port } = await child.ask<{ port: number }>(options);
  return { port, stop: () => child.stop() };
}

/** Ports nobody has at the moment, all different. */
async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer();
      await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
      return probe;
    }),
  );
  return await Promise.all(
    probes.map(async (probe) => {
      const address = probe.address();
      await new Promise((resolve) => probe.close(resolve));
      return typeof address === 'object' && address !== null ? address.port : 0;
    }),
  );
}
