import { type Bank, type BankSettings, openBank } from '@lupa/bank';
import { type BankSecrets, keepBankSecrets } from './certificates/keep-bank-keys.ts';
import { PublishedRevocationList } from './certificates/published-revocation-list.ts';
import { Revocations } from './certificates/revocations.ts';
import { keepSandboxCertificates, type SandboxCertificates } from './certificates/sandbox-certificates.ts';
import { type ReadTestUsers, seedCustomers } from './customers/seed-customers.ts';
import { TEST_CUSTOMERS } from './customers/test-customers.ts';
import { keepDemoTpp } from './demo-tpp/keep-demo-tpp.ts';
import { demoRedirectUris } from './demo-tpp/redirect-uris.ts';
import { registerDemoTpp } from './demo-tpp/register-demo-tpp.ts';
import { SANDBOX_EXCHANGE_RATES } from './exchange-rates.ts';
import {
  type DataDirectory,
  dataDirectory,
  explainDataDirectory,
  isFirstStart,
  openDataDirectory,
} from './files/data-directory.ts';
import { DirectoryInUse, type DirectoryLock, lockDirectory } from './files/directory-lock.ts';
import { hasCode } from './files/private-file.ts';
import { announceSandbox, findRunningSandbox, withdrawSandbox } from './files/running-sandbox.ts';
import { GeneratedTpps } from './generator/generated-tpps.ts';
import { GENERATED_KEYS_PATH } from './generator/generator-routes.ts';
import { TppGenerator } from './generator/tpp-generator.ts';
import { openShop } from './open-shop.ts';
import type { AddPages } from './pages/pages-app.ts';
import { sandboxPages } from './pages/sandbox-pages.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import { type SandboxPorts, settlePorts } from './sandbox-ports.ts';

export interface SandboxOptions {
  /** Where the sandbox keeps everything; made when absent. Default `.lupa` in the current directory. */
  readonly dataDir?: string;
  /** Defaults 8443, 8080 and 8181. A taken port moves to the next free one; 0 takes any free one. */
  readonly apiPort?: number;
  readonly authorizePort?: number;
  readonly shopPort?: number;
  /** `false` starts the bank alone. */
  readonly shop?: boolean;
  /** A PostgreSQL to use instead of the PGlite store in the data directory. */
  readonly databaseUrl?: string;
  /** PEM: CAs whose certificates the bank takes beside those of the sandbox CA. */
  readonly trustedIssuers?: string;
  /** Where such CAs publish what they revoked, when their certificates do not say, or name no public address. */
  readonly revocationLists?: readonly string[];
  readonly clock?: BankSettings['clock'];
  /** The bank's log. Default: warnings and errors, on stderr. */
  readonly log?: BankSettings['log'];
  /** Told, in a sentence, of what a person should know, such as a port that moved. */
  readonly onNotice?: (notice: string) => void;
  /** Ends the start early; everything already opened is closed and `startSandbox` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A running sandbox. */
export interface Sandbox extends SandboxFacts {
  /** The bank itself, for tests: its books, and customers or clients of their own. */
  readonly bank: Bank;
  /** Ends shop and bank, waits for calls under way, and leaves the data directory to the next start. */
  close(): Promise<void>;
}

/** What OP's own clients always send as `aud` of their request objects (contract §3). */
const AUDIENCES = ['https://mtls.apis.op.fi'];

/** The first digit of this bank's account numbers. */
const BANK_CODES = ['5'];

/** The last character of its place code, 0, marks a BIC for tests (ISO 9362). */
const BIC = 'LUPAFIH0';

const MAX_ATTEMPTS = 3;

/** The sandbox is for this machine alone. */
const HOST = 'localhost';

/**
 * Starts a whole sandbox in this process: certificates and keys, the bank with its test customers, the demo TPP, the shop.
 * What a killed start left half-made is completed; what is there is kept, balances included.
 *
 * @throws DirectoryInUse when another process runs on the data directory; UnusableDataDirectory when it is somebody else's;
 * NoFreePort; the signal's reason
 * @example
 * const sandbox = await startSandbox({ dataDir, apiPort: 0, authorizePort: 0, shop: false });
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Somebody took a port between our finding it free and our listening on it: the next look finds another one.
      if (attempt === MAX_ATTEMPTS || !hasCode(error, 'EADDRINUSE')) throw error;
    }
  }
}

async function startOnce(options: SandboxOptions): Promise<Sandbox> {
  const files = dataDirectory(options.dataDir);
  await openDataDirectory(files);
  const lock = await lockOrTellWho(files);
  const closing: (() => unknown)[] = [() => lock.release()];
  try {
    return await startLocked(files, options, closing);
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

/** @throws DirectoryInUse naming the sandbox that runs on the directory, where it is ready enough to be known */
async function lockOrTellWho(files: DataDirectory): Promise<DirectoryLock> {
  try {
    return lockDirectory(files.lock);
  } catch (error) {
    const running = error instanceof DirectoryInUse ? await findRunningSandbox(files) : undefined;
    throw running === undefined ? error : new DirectoryInUse(files.lock, running);
  }
}

/** @param closing what to do at the end, the last opened first */
async function startLocked(
  files: DataDirectory,
  options: SandboxOptions,
  closing: (() => unknown)[],
): Promise<Sandbox> {
  const { signal, onNotice = () => {} } = options;
  if (isFirstStart(files)) onNotice('First start: making certificates, keys and the store. This takes some seconds.');
  await explainDataDirectory(files);
  const ports = await settlePorts(options, onNotice);
  const [certificates, secrets] = await Promise.all([
    keepSandboxCertificates(files, ports.crlUrl, new Date()),
    keepBankSecrets(files),
  ]);
  const tpp = await keepDemoTpp(files, certificates, { ...describeDemoTpp(ports), now: new Date() });
  signal?.throwIfAborted();

  const seeded = Promise.withResolvers<ReadTestUsers>();
  const pages = sandboxPages({
    issuer: ports.issuer,
    apiUrl: ports.apiUrl,
    shopUrl: ports.shopUrl,
    tppFiles: files.tpp,
    jwks: tpp.jwks,
    ...sandboxAuthority(files, ports, certificates, options),
    readUsers: async () => (await seeded.promise)(),
  });
  const bank = await openBank(bankSettings(files, options, ports, { certificates, secrets, pages }));
  closing.unshift(() => bank.close());
  signal?.throwIfAborted();
  const readUsers = await seedCustomers(bank);
  seeded.resolve(readUsers);
  await registerDemoTpp(bank, tpp, certificates.tpp.web.certificate);
  signal?.throwIfAborted();
  const facts: SandboxFacts = {
    api: ports.apiUrl,
    authorize: ports.issuer,
    shop: ports.shopUrl ?? null,
    dataDir: files.path,
    ca: files.caCertificate,
    users: await readUsers(),
    tpp: tpp.facts,
  };
  if (ports.shop !== undefined) {
    const shop = await openShop(facts, ports.shop);
    closing.unshift(() => shop.close());
  }
  await announceSandbox(files, facts);
  closing.unshift(() => withdrawSandbox(files));
  signal?.throwIfAborted();
  return { ...facts, bank, close: () => closeAll(closing) };
}

/** What the sandbox CA does while the sandbox runs: certificates for made-up TPPs, and its revocation list. */
function sandboxAuthority(
  files: DataDirectory,
  { crlUrl }: SandboxPorts,
  { authority }: SandboxCertificates,
  { clock }: SandboxOptions,
) {
  const now = () => clock?.now() ?? new Date();
  return {
    ca: authority.certificate,
    revocationList: new PublishedRevocationList(new Revocations(files.revocations), authority, now),
    generator: new TppGenerator({ tpps: new GeneratedTpps(files.generatedTpps), authority, crlUrl, now }),
  };
}

function describeDemoTpp({ issuer, redirectShopPort }: SandboxPorts) {
  return {
    bank: issuer,
    redirectUris: demoRedirectUris(redirectShopPort),
    jwksEndpoint: `${issuer}/sandbox/tpp/public-jwks.json`,
  };
}

function bankSettings(
  files: DataDirectory,
  { databaseUrl, trustedIssuers = '', revocationLists = [], clock, log }: SandboxOptions,
  ports: SandboxPorts,
  made: { certificates: SandboxCertificates; secrets: BankSecrets; pages: AddPages },
): BankSettings {
  const { certificates, secrets } = made;
  return {
    store:
      databaseUrl === undefined ? { kind: 'pglite', directory: files.store } : { kind: 'postgres', url: databaseUrl },
    api: {
      host: HOST,
      port: ports.api,
      url: ports.apiUrl,
      ...certificates.api,
      trustedIssuers: `${certificates.ca}\n${trustedIssuers}`,
    },
    authorize: { host: HOST, port: ports.authorize, url: ports.issuer },
    audiences: AUDIENCES,
    keys: secrets.keySource,
    factorSecret: secrets.factorSecret,
    bankCodes: BANK_CODES,
    bic: BIC,
    // Certificates name the address of the run they were issued in; the list is at that of this one.
    registration: {
      developerKeys: 'any',
      // The one key server on this machine that the bank may ask: its own (contract §10).
      exceptions: [{ origin: ports.issuer, pathPrefix: GENERATED_KEYS_PATH }],
    },
    revocation: { lists: [ports.crlUrl, ...revocationLists].map((url) => ({ url })) },
    exchangeRates: SANDBOX_EXCHANGE_RATES,
    sandbox: {
      testUsers: TEST_CUSTOMERS,
      pages: made.pages,
    },
    ...(clock === undefined ? {} : { clock }),
    ...(log === undefined ? {} : { log }),
  };
}

/** Goes on when one of them fails, so that nothing stays open behind it; then says what failed first. */
async function closeAll(closing: (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closing.splice(0)) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
