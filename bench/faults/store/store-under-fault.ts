import { startPostgres } from '../../../test/support/postgres.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import { startPair } from './pair.ts';
import { onSmallDisk, type SmallDisk } from './small-disk.ts';

/** One server; one on a disk that can be filled; or two with synchronous replication. */
export const STORE_KINDS = ['plain', 'small-disk', 'pair'] as const;

/**
 * No seed chooses these. `shared`: a database of the server that others use too, which is therefore never killed.
 * `asynchronous-pair`: two servers as nobody should have them, the primary acknowledging what it alone has; the checker finds it out.
 */
export type StoreKind = (typeof STORE_KINDS)[number] | 'shared' | 'asynchronous-pair';

/** A real PostgreSQL of the run's own, behind a proxy, and what may happen to it. */
export interface StoreUnderFault {
  readonly kind: StoreKind;
  /** For the bank, through a proxy for each server; of a pair both, and the bank finds out which one takes writes. */
  readonly url: string;
  /** Cuts the bank's connections, as `TcpProxy.cut` does. */
  readonly proxy: Pick<TcpProxy, 'cut'>;
  /** For the checker, once the faults are over: the server that is in charge by then. */
  directUrl(): string;
  /** Crashes the server in charge. */
  kill(): void;
  /** Starts it again on what it left. */
  restart(): Promise<void>;
  /** How its disk can be filled; undefined where it cannot. */
  readonly disk?: SmallDisk;
  /** Kills the primary and has the standby take over; it can be done once. Undefined where there is no standby. */
  readonly failOver?: () => Promise<void>;
  stop(): Promise<void>;
}

export async function startStore(kind: StoreKind): Promise<StoreUnderFault> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0)) await close();
  };
  try {
    const isPair = kind === 'pair' || kind === 'asynchronous-pair';
    const pair = isPair ? await startPair(closing, kind === 'pair') : undefined;
    const store = pair ?? (await startOne(kind, closing));
    const proxies: TcpProxy[] = [];
    for (const url of pair?.urls ?? [store.directUrl()]) {
      const proxy = await TcpProxy.listen();
      closing.unshift(() => proxy.close());
      proxy.leadTo([portOf(url)]);
      proxies.push(proxy);
    }
    return {
      ...store,
      kind,
      url: throughProxies(store.directUrl(), proxies),
      proxy: { cut: (passes) => proxies.reduce((all, proxy) => all + proxy.cut(passes), 0) },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function throughProxies(direct: string, proxies: readonly TcpProxy[]): string {
  const { protocol, username, password, hostname, pathname } = new URL(direct);
  const hosts = proxies.map(({ port }) => `${hostname}:${port}`).join(',');
  return `${protocol}//${username}:${password}@${hosts}${pathname}`;
}

/** What a kind of store adds to the proxy. */
export type Servers = Pick<StoreUnderFault, 'directUrl' | 'kill' | 'restart' | 'disk' | 'failOver'>;

async function startOne(kind: StoreKind, closing: (() => Promise<unknown>)[]): Promise<Servers> {
  const postgres = await startPostgres({ own: kind !== 'shared' });
  closing.unshift(() => postgres.stop());
  const disk = kind === 'small-disk' ? await onSmallDisk(postgres, closing) : undefined;
  const url = await postgres.createDatabase();
  return {
    directUrl: () => url,
    kill: () => postgres.kill('SIGKILL'),
    restart: () => postgres.restart(),
    ...(disk && { disk }),
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
