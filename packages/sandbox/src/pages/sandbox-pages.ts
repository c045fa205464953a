import type { BankSettings } from '@lupa/bank';
import type { TppFiles } from '../files/data-directory.ts';

type AddPages = NonNullable<BankSettings['sandbox']>['pages'];

export interface SandboxPagesOptions {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly shopPort: number | undefined;
  readonly tppFiles: TppFiles;
  /** The demo TPP's public keys. */
  readonly jwks: { readonly keys: readonly object[] };
}

/** The sandbox's own pages on the Authorize listener: its start page, key cards and phones. */
export function sandboxPages(_options: SandboxPagesOptions): AddPages {
  return async (_app, _rooms) => {};
}
