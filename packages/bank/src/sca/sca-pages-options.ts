import type { ScaBank } from '../operations/sca-bank.ts';
import type { Interactions } from './interactions.ts';
import type { TestUser } from './page-context.ts';

/** What the pages of strong customer authentication are made of. */
export interface ScaPagesOptions {
  readonly sca: ScaBank;
  readonly interactions: Interactions;
  /** Origin of the Authorize listener, without a trailing slash. */
  readonly issuer: string;
  /** Only in the sandbox: who may log in, shown on the login page. */
  readonly sandbox?: { readonly testUsers: readonly TestUser[] } | undefined;
}
