import { generateKeyPairSync } from 'node:crypto';
import { WORKER_NODE_FLAGS } from '@lupa/server';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../test/support/postgres.ts';
import type { BareServerOptions } from '../bare/bare-server.ts';
import { fetchAccessToken } from './access-token.ts';
import type { BankProcessOptions } from './bank-process.ts';
import { type BenchTpp, makeTpp } from './bench-tpp.ts';
import type { Calls } from './calls.ts';
import { type BenchCertificates, makeCertificates, makeKey, privatePem } from './certificates.ts';
import { type Child, startChild, stopChildren } from './child.ts';
import { freePorts } from './free-ports.ts';
import type { RoundOrder, RoundOutcome } from './load-generator.ts';
import { type Round, roundOf } from './statistics.ts';

/** Connections of the load generator, each with one request under way. */
export const CONNECTIONS = 16;

/** A server in a process of its own. */
export interface Server {
  readonly name: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly process: Child;
}

export interface ServerWishes {
  readonly name: string;
  readonly databaseUrl: string;
  /** Processes that share the port; one, without a primary before it, when absent. */
  readonly workers?: number;
  /** Whether it may be told to collect garbage. */
  readonly collectable?: boolean;
}

/** How a round is driven, where it is not sixteen connections that stay open. */
export type RoundWishes = Partial<Pick<RoundOrder, 'connections' | 'connectEach' | 'wantBodies'>>;

export interface Driven extends Round, RoundOutcome {}

/** What all benchmarks of a run play on: one PostgreSQL, one TPP with its certificates, one load generator. */
export interface Stage {
  readonly tpp: BenchTpp;
  readonly certificates: BenchCertificates;
  /** PEM. */
  readonly responseKey: string;
  /** The version that PostgreSQL says it is. */
  readonly postgresVersion: string;
  newDatabase(): Promise<string>;
  startBank(wishes: ServerWishes & { backgroundWork?: BankProcessOptions['backgroundWork'] }): Promise<Server>;
  startBare(wishes: ServerWishes & { tickets?: boolean }): Promise<Server>;
  stopServers(servers: readonly Server[]): Promise<void>;
  /** A token of the client's own, from a bank. */
  accessToken(bank: Server): Promise<string>;
  /** Drives one round. @throws Error when any call is not granted: a server that refuses is not doing the work */
  drive(server: Server, calls: Calls, wishes?: RoundWishes): Promise<Driven>;
  close(): Promise<void>;
}

const BANK = new URL('./bank-process.ts', import.meta.url);
const BARE = new URL('../bare/bare-server.ts', import.meta.url);
const CLUSTER = new URL('./cluster.ts', import.meta.url);
const LOAD_GENERATOR = new URL('./load-generator.ts', import.meta.url);

/** Sets the stage. What was started ends with `close`, or with this process. */
export async function openStage(): Promise<Stage> {
  const certificates = await makeCertificates();
  const tpp = makeTpp(certificates);
  const postgres = await startPostgres({ own: true });
  return new OpenStage(postgres, await versionOf(postgres.url), certificates, tpp);
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await client.end();
  }
}

class OpenStage implements Stage {
  readonly tpp: BenchTpp;
  readonly certificates: BenchCertificates;
  readonly postgresVersion: string;
  readonly responseKey = privatePem(makeKey());
  readonly #idTokenKey = privatePem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  readonly #postgres: Postgres;
  readonly #load = startChild(LOAD_GENERATOR);

  constructor(postgres: Postgres, version: string, certificates: BenchCertificates, tpp: BenchTpp) {
    this.#postgres = postgres;
    this.postgresVersion = version;
    this.certificates = certificates;
    this.tpp = tpp;
  }

  newDatabase(): Promise<string> {
    return this.#postgres.createDatabase();
  }

  async startBank(wishes: ServerWishes & { backgroundWork?: BankProcessOptions['backgroundWork'] }): Promise<Server> {
    const [apiPort = 0, authorizePort = 0] = await freePorts(2);
    const { backgroundWork = 'here', databaseUrl } = wishes;
    return this.#start(BANK, wishes, { ...this.#options(databaseUrl), apiPort, authorizePort, backgroundWork });
  }

  async startBare(wishes: ServerWishes & { tickets?: boolean }): Promise<Server> {
    const { tickets = false, databaseUrl } = wishes;
    return this.#start(BARE, wishes, { ...this.#options(databaseUrl), tickets });
  }

  async stopServers(servers: readonly Server[]): Promise<void> {
    await Promise.all(servers.map((server) => server.process.stop()));
  }

  accessToken({ port }: Server): Promise<string> {
    return fetchAccessToken(port, this.tpp, this.certificates);
  }

  async drive(server: Server, calls: Calls, wishes: RoundWishes = {}): Promise<Driven> {
    const { tpp, certificates } = this;
    const { authority, client: identity } = certificates;
    const order: RoundOrder = {
      ...{ port: server.port, connections: CONNECTIONS, calls, tpp, authority, identity },
      ...wishes,
    };
    const before = await server.process.usage();
    const outcome = await this.#load.ask<RoundOutcome>(order);
    const after = await server.process.usage();
    refuseRefusals(server.name, outcome);
    const spent = after.cpuMicroseconds - before.cpuMicroseconds;
    return { ...outcome, ...roundOf(outcome.latenciesMs, outcome.seconds, spent) };
  }

  async close(): Promise<void> {
    await stopChildren();
    await this.#postgres.stop();
  }

  #options(databaseUrl: string): BareServerOptions {
    const { authority, revocationList, server } = this.certificates;
    const { tpp, responseKey } = this;
    return { databaseUrl, tpp, authority, revocationList, server, responseKey, idTokenKey: this.#idTokenKey };
  }

  async #start(
    module: URL,
    { name, databaseUrl, workers, collectable = false }: ServerWishes,
    options: BareServerOptions | BankProcessOptions,
  ): Promise<Server> {
    // As `lupa serve` starts its workers; the bare server is given the same.
    const flags = collectable ? [...WORKER_NODE_FLAGS, '--expose-gc'] : WORKER_NODE_FLAGS;
    const process = startChild(workers === undefined ? module : CLUSTER, flags);
    const message = workers === undefined ? options : { module: module.href, workers, options };
    const { port } = await process.ask<{ port: number }>(message);
    return { name, port, databaseUrl, process };
  }
}

/** A server that answers anything but success is not doing the work, and its speed means nothing. */
function refuseRefusals(name: string, { refusals }: RoundOutcome): void {
  const kinds = Object.entries(refusals).map(([status, { count, first }]) => `${count} times ${status} ${first}`);
  if (kinds.length > 0) throw new Error(`The ${name} server did not grant every call: ${kinds.join('; ')}`);
}
