import type { KeyObject } from 'node:crypto';
import type { JwsAlgorithm } from '@lupa/protocol';
import type { Client } from './clients.ts';

/** The key that was asked for, or why there is none. */
export type FoundClientKey =
  | { readonly key: KeyObject }
  /** Which check its certificate failed; undefined where the client has no key of that name for that algorithm at all. */
  | { readonly problem: string | undefined };

/** The keys clients sign with: bodies, request objects and exemption JWTs. */
export interface ClientKeys {
  /**
   * Finds the key a signature names, if the client may sign with it now: its certificate (`x5c`) is a seal of the client's
   * organisation, issued by somebody we trust, in time and not revoked (contract §10).
   *
   * @returns at once, unless something has to be fetched first
   */
  find(client: Client, kid: string, alg: JwsAlgorithm): FoundClientKey | Promise<FoundClientKey>;
}
