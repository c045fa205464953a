/** A test user of the sandbox, with what is needed to log in and to pay. */
export interface TestUser {
  readonly username: string;
  readonly password: string;
  readonly accounts: readonly { readonly iban: string; readonly balanceEUR: string }[];
}

/** The demo TPP: a registered client with a certificate, a signing key and redirect URIs. Files are absolute paths. */
export interface DemoTppFacts {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
  /** The TLS client certificate, PEM. */
  readonly cert: string;
  /** The private key of `cert`, PEM. */
  readonly key: string;
  /** The private ES256 key for payment signatures and request objects, PEM. */
  readonly signingKey: string;
  readonly signingKid: string;
  readonly redirectUris: readonly string[];
}

/** What a running sandbox says of itself: the one line of `lupa up --json`, and the file other commands find it by. */
export interface SandboxFacts {
  /** Base address of the payments API: mutual TLS. */
  readonly api: string;
  /** The issuer: where browsers and discovery go. */
  readonly authorize: string;
  /** The demo shop; `null` when it was not started. */
  readonly shop: string | null;
  readonly dataDir: string;
  /** The sandbox CA's certificate, which signed the API's: for `curl --cacert`. */
  readonly ca: string;
  readonly users: readonly TestUser[];
  readonly tpp: DemoTppFacts;
}

/** The line of `lupa up --json`, without its newline. */
export function readyLine({ api, authorize, shop, dataDir, ca, users, tpp }: SandboxFacts): string {
  return JSON.stringify({ ready: true, api, authorize, shop, dataDir, ca, users, tpp });
}
