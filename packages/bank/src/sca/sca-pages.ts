import type { FastifyPluginAsync } from 'fastify';
import type { ScaBank } from '../operations/sca-bank.ts';
import type { Interactions } from './interactions.ts';

export interface ScaPagesOptions {
  readonly sca: ScaBank;
  readonly interactions: Interactions;
  /** Origin of the Authorize listener, without a trailing slash. */
  readonly issuer: string;
  /** Only in the sandbox: who may log in, shown on the login page. */
  readonly sandbox?: { readonly testUsers: readonly { username: string; password: string; name: string }[] };
}

/** The pages of strong customer authentication: `GET` and `POST /sca/:uid`, and their stylesheet. */
export function scaPages(_options: ScaPagesOptions): FastifyPluginAsync {
  return async () => {};
}
