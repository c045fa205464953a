import type { AddressInfo } from 'node:net';
import { type ClientSettings, type SepaPayee, Tpp } from '@lupa/tpp';
import { buildShop } from './build-shop.ts';
import { catalogue, type Seller } from './catalogue.ts';
import { Sessions } from './sessions.ts';
import { WireLog } from './wire/wire-log.ts';

export interface ShopOptions {
  /** What registration at the bank gave this shop. `redirectUri` must lead to the shop: its path is where the shop listens for returns. */
  readonly tpp: ClientSettings;
  /** The bank's issuer, such as `http://localhost:8080`; the rest comes from its discovery document. */
  readonly bank: string;
  readonly host: string;
  /** 0 for any free one, though `redirectUri` has to know it. */
  readonly port: number;
  /** Whose account the money goes to. */
  readonly payee: SepaPayee;
  /** A maker whose goods the shop carries too, paid directly: an order with goods of both is paid as a bundle. */
  readonly maker?: SepaPayee;
  /** Told in a line of what happens; silent by default. */
  readonly log?: (line: string) => void;
}

export interface RunningShop {
  readonly url: string;
  close(): Promise<void>;
}

/** Somebody waits for the page behind every call, retries included. */
const CUSTOMER_PATIENCE_MS = 20_000;

/**
 * Starts the shop against a bank that is running already.
 *
 * @throws TppError when the bank cannot be discovered or the settings cannot be used; the system's error when the port is taken
 */
export async function startShop(options: ShopOptions): Promise<RunningShop> {
  const { bank, host, port, payee, maker, log = () => {} } = options;
  const wire = new WireLog();
  const limits = { callMs: CUSTOMER_PATIENCE_MS, ...options.tpp.limits };
  const tpp = await Tpp.discover({ ...options.tpp, limits, bank, onExchange: wire.record });
  const payees: Partial<Record<Seller, SepaPayee>> = maker === undefined ? { shop: payee } : { shop: payee, maker };
  let lastOrderNumber = 10_000;
  const app = await buildShop({
    catalogue: catalogue(maker === undefined ? ['shop'] : ['shop', 'maker']),
    payees,
    sessions: new Sessions(),
    tpp,
    wire,
    redirectUri: options.tpp.redirectUri,
    nextOrderNumber: () => ++lastOrderNumber,
    log,
  });
  await app.listen({ host, port });
  const { port: actualPort } = app.server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    async close() {
      await app.close();
      tpp.close();
    },
  };
}
