import { CRL_PATH } from './certificates/published-revocation-list.ts';
import { findFreePort } from './free-port.ts';

/** The ports of one run, and the addresses that follow from them. */
export interface SandboxPorts {
  readonly api: number;
  readonly authorize: number;
  /** `undefined` when no shop is wanted. */
  readonly shop: number | undefined;
  /** Where the demo TPP's shop is or would be: its redirect URIs name it even when another program plays the shop. */
  readonly redirectShopPort: number;
  readonly apiUrl: string;
  readonly issuer: string;
  /** Where the sandbox CA's revocation list is. */
  readonly crlUrl: string;
  readonly shopUrl: string | undefined;
}

export const DEFAULT_PORTS = { api: 8443, authorize: 8080, shop: 8181 } as const;

interface WantedPorts {
  readonly apiPort?: number;
  readonly authorizePort?: number;
  readonly shopPort?: number;
  readonly shop?: boolean;
}

/** Finds a free port for each listener and tells of those that moved. @throws NoFreePort */
export async function settlePorts(wanted: WantedPorts, onNotice: (notice: string) => void): Promise<SandboxPorts> {
  const spokenFor = new Set<number>();
  const settle = async (what: string, port: number) => {
    const free = await findFreePort(port, spokenFor);
    if (port !== 0 && free !== port) onNotice(`Port ${port} is taken: ${what} is on ${free} instead.`);
    return free;
  };
  const api = await settle('the payments API', wanted.apiPort ?? DEFAULT_PORTS.api);
  const authorize = await settle('the bank for browsers', wanted.authorizePort ?? DEFAULT_PORTS.authorize);
  const shopPort = wanted.shopPort ?? DEFAULT_PORTS.shop;
  const shop = wanted.shop === false ? undefined : await settle('the shop', shopPort);
  return {
    api,
    authorize,
    shop,
    redirectShopPort: shop ?? (shopPort === 0 ? DEFAULT_PORTS.shop : shopPort),
    apiUrl: `https://localhost:${api}`,
    issuer: `http://localhost:${authorize}`,
    crlUrl: `http://localhost:${authorize}${CRL_PATH}`,
    shopUrl: shop === undefined ? undefined : `http://localhost:${shop}`,
  };
}
