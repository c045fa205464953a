import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hasCode, isMissing, keepPrivateFile, makePrivateDirectory } from './private-file.ts';

/** The sandbox's data directory when no other is named: in the directory `lupa` is called in. */
export const DEFAULT_DATA_DIRECTORY = '.lupa';

/** Where each of the sandbox's files lies. Paths are absolute. */
export interface DataDirectory {
  readonly path: string;
  /** Held by the running sandbox. */
  readonly lock: string;
  /** What the running sandbox says of itself, for the other commands. */
  readonly sandbox: string;
  readonly readme: string;
  readonly caCertificate: string;
  readonly caKey: string;
  readonly apiCertificate: string;
  readonly apiKey: string;
  /** The bank's signing keys and when each of them signs. */
  readonly signingKeys: string;
  /** Held while the signing keys are changed. */
  readonly signingKeysLock: string;
  /** Where a directory made before keys could rotate has them. */
  readonly formerSigningKeys: { readonly response: string; readonly idToken: string };
  readonly secrets: string;
  /** Holds a file for each certificate the sandbox CA has revoked. */
  readonly revocations: string;
  /** Holds a file for each TPP the certificate generator made. */
  readonly generatedTpps: string;
  /** The PGlite store. */
  readonly store: string;
  readonly tpp: TppFiles;
}

/** The demo TPP's files, named as the workflow document names them (contract §10). */
export interface TppFiles {
  readonly directory: string;
  readonly certificate: string;
  readonly key: string;
  readonly signingKey: string;
  /** The QSEALC of `signingKey`. */
  readonly signingCertificate: string;
  readonly privateJwks: string;
  readonly publicJwks: string;
  readonly registrationResult: string;
  /** Where the bank is, in the shape of `lupa register`. */
  readonly bank: string;
  /** The CA that signed the API's certificate, once more, so that the TPP's directory has all that curl needs. */
  readonly ca: string;
  /** What the latest customer to approve with `lupa pay` left with the TPP, for `lupa pay --exempt`. */
  readonly approval: string;
}

/** A directory that cannot be the sandbox's. The message says what to do. */
export class UnusableDataDirectory extends Error {
  override readonly name = 'UnusableDataDirectory';
}

/** Names the files of a data directory; touches nothing. */
export function dataDirectory(given: string = DEFAULT_DATA_DIRECTORY): DataDirectory {
  const path = resolve(given);
  const tpp = join(path, 'tpp');
  return {
    path,
    lock: join(path, 'lupa.lock'),
    sandbox: join(path, 'sandbox.json'),
    readme: join(path, 'README.txt'),
    caCertificate: join(path, 'ca.crt'),
    caKey: join(path, 'bank', 'ca-key.pem'),
    apiCertificate: join(path, 'bank', 'api.crt'),
    apiKey: join(path, 'bank', 'api-key.pem'),
    signingKeys: join(path, 'bank', 'signing-keys.json'),
    signingKeysLock: join(path, 'bank', 'signing-keys.lock'),
    formerSigningKeys: {
      response: join(path, 'bank', 'response-signing-key.pem'),
      idToken: join(path, 'bank', 'id-token-key.pem'),
    },
    secrets: join(path, 'bank', 'secrets.json'),
    revocations: join(path, 'bank', 'revocations'),
    generatedTpps: join(path, 'tpps'),
    store: join(path, 'store'),
    tpp: {
      directory: tpp,
      certificate: join(tpp, 'client.crt'),
      key: join(tpp, 'key.pem'),
      signingKey: join(tpp, 'ssa-signing-key.pem'),
      signingCertificate: join(tpp, 'ssa-signing.crt'),
      privateJwks: join(tpp, 'private-jwks.json'),
      publicJwks: join(tpp, 'public-jwks.json'),
      registrationResult: join(tpp, 'registration-result.txt'),
      bank: join(tpp, 'bank.json'),
      ca: join(tpp, 'ca.crt'),
      approval: join(tpp, 'latest-approval.json'),
    },
  };
}

/**
 * Makes the directory, or makes sure that it is ours: files are written beside nobody else's.
 *
 * @throws UnusableDataDirectory when it holds something else, or is no directory
 */
export async function openDataDirectory(directory: DataDirectory): Promise<void> {
  const entries = await entriesOf(directory.path);
  // The lock (and SQLite's journal beside it) is made before the read-me, so a start killed in between leaves only that.
  const isOurs = entries.includes('README.txt') && entries.some((entry) => OUR_ENTRIES.includes(entry));
  const isFresh = entries.every((entry) => /^(?:lupa\.lock(?:-journal)?|README\.txt\.new)$/.test(entry));
  if (!isOurs && !isFresh) {
    throw new UnusableDataDirectory(
      `${directory.path} already holds other files. Name an empty or a new directory with --data.`,
    );
  }
  await makePrivateDirectory(directory.path);
}

/** Marks the directory as ours and explains it to whoever looks inside. Called under the lock. */
export async function explainDataDirectory(directory: DataDirectory): Promise<void> {
  await keepPrivateFile(directory.readme, README);
}

/** Whether nothing was ever made here, or a first start was killed before its last certificate. */
export function isFirstStart(directory: DataDirectory): boolean {
  return !existsSync(directory.tpp.certificate);
}

async function entriesOf(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    if (hasCode(error, 'ENOTDIR'))
      throw new UnusableDataDirectory(`${path} is a file, not a directory. Name another with --data.`);
    throw error;
  }
}

const OUR_ENTRIES = ['lupa.lock', 'bank', 'tpp', 'tpps', 'store', 'ca.crt'];

const README = `A Lupa sandbox keeps everything here. Delete the directory to begin anew.

ca.crt        the sandbox CA: trust it to call the API (curl --cacert)
tpp/          the demo TPP: certificate, keys, and registration-result.txt with its client id, secret and API key
tpps/         the public keys of TPPs made with the certificate generator
bank/         the bank's own keys and certificates, and what its CA has revoked
store/        accounts, payments and sessions (PGlite), unless LUPA_DATABASE_URL names a PostgreSQL
sandbox.json  addresses of the running sandbox; there only while it runs
lupa.lock     keeps a second process out while it runs

Made for development: nothing in here protects real money.
`;
