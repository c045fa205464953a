import type { PlantedBug } from './planted-bugs.ts';

/** What one process of the bank is told when it starts. Texts only: it goes from one process to another. */
export interface BankProcessSettings {
  /** As the bank reaches it: through the harness's proxy. */
  readonly databaseUrl: string;
  readonly apiPort: number;
  readonly authorizePort: number;
  /** As the world sees them: through the harness's proxies. */
  readonly api: string;
  readonly authorize: string;
  readonly certificates: BankCertificates;
  /** What the CA has revoked. */
  readonly revocationListUrl: string;
  /** PEM, PKCS #8 */
  readonly responseKey: string;
  readonly idTokenKey: string;
  readonly cookieKey: string;
  readonly factorSecret: string;
  readonly aheadMs: number;
  readonly planted: PlantedBug | undefined;
}

/** PEM */
export interface BankCertificates {
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** Whom the bank shall know. */
export interface Population {
  readonly clients: readonly ClientToRegister[];
  readonly customers: readonly {
    readonly username: string;
    readonly password: string;
    readonly accounts: readonly { readonly iban: string; readonly openingCents: number; readonly limitCents: number }[];
  }[];
}

export interface ClientToRegister {
  readonly clientId: string;
  readonly clientName: string;
  readonly organisationId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
  readonly certificateThumbprint: string;
  readonly redirectUri: string;
  readonly jwks: { readonly keys: readonly object[] };
}

export type ToBank =
  | { readonly tell: 'open'; readonly settings: BankProcessSettings }
  | { readonly tell: 'take in'; readonly population: Population }
  /** What its clock is ahead of the machine's. */
  | { readonly tell: 'clock'; readonly aheadMs: number };

export type FromBank = { readonly done: ToBank['tell'] } | { readonly failed: string };
