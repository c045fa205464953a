import { createServer } from 'node:net';
import type { BankProcessOptions } from './bank-process.ts';
import type { BareServerOptions } from './bare-server.ts';
import { startChild } from './child.ts';

/** The port of each server. All are on one database: whatever the database does besides, it does to all of them. */
export interface MeasuredServers {
  readonly bank: number;
  readonly bare: number;
  readonly control: number;
}

/**
 * Starts the bank, which makes the schema and registers the TPP, and then the two bare servers.
 *
 * @param profileDirectory where CPU profiles of all three go at the end, if anywhere: profiling slows, so none goes without
 */
export async function startServers(options: BareServerOptions, profileDirectory?: string): Promise<MeasuredServers> {
  const flags = (name: string) =>
    profileDirectory === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${name}.cpuprofile`];
  const [apiPort, authorizePort] = await freePorts(2);
  const bank = await startServer('bank-process.ts', { ...options, apiPort, authorizePort }, flags('bank'));
  const bare = await startServer('bare-server.ts', options, flags('bare'));
  return { bank, bare, control: await startServer('bare-server.ts', options, flags('control')) };
}

async function startServer(
  module: string,
  options: BareServerOptions | BankProcessOptions,
  flags: readonly string[],
): Promise<number> {
  const child = startChild(new URL(module, import.meta.url), flags);
  return (await child.ask<{ port: number }>(options)).port;
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
