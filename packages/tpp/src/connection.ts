import type { JwsSigner } from '@lupa/protocol';
import type { ClientToken } from './client-token.ts';
import type { KeySource } from './key-source.ts';
import type { Secret } from './secret.ts';
import type { BankEndpoints } from './settings.ts';
import type { Line } from './wire/line.ts';

/** One client at one bank: everything a call needs. */
export interface Connection extends Line {
  readonly endpoints: BankEndpoints;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly apiKey: Secret;
  readonly redirectUri: string;
  /** Signs bodies. */
  readonly bodySigner: JwsSigner;
  /** Signs request objects: the same key, with `typ` `JWT` (contract §3). */
  readonly requestSigner: JwsSigner;
  readonly idTokenKeys: KeySource;
  readonly responseKeys: KeySource;
  readonly clientToken: ClientToken;
}
