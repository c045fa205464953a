import { randomBytes } from 'node:crypto';
import { privateJwk, publicJwk } from '../certificates/certified-jwk.ts';
import { keyId } from '../certificates/key-id.ts';
import type { SandboxCertificates } from '../certificates/sandbox-certificates.ts';
import type { DataDirectory, TppFiles } from '../files/data-directory.ts';
import { keepPrivateFile, readPrivateFile } from '../files/private-file.ts';
import type { DemoTppFacts } from '../sandbox-facts.ts';
import { type DemoRegistration, parseRegistrationResult, printRegistrationResult } from './registration-result.ts';

/** The demo TPP: what it has on disk, and what the bank is told of it. */
export interface DemoTpp {
  readonly facts: DemoTppFacts;
  readonly registration: DemoRegistration;
  /** Its public keys, as registered. */
  readonly jwks: { readonly keys: readonly object[] };
}

/** What customers see at the bank: the name of the demo shop. */
const CLIENT_NAME = 'Tuohi';
const SECRET_BYTES = 32;

/** What the demo TPP is in this run. */
export interface DemoTppRun {
  /** The issuer. */
  readonly bank: string;
  readonly redirectUris: readonly string[];
  readonly jwksEndpoint: string;
  readonly now: Date;
}

/**
 * Reads the demo TPP's registration and writes its key sets, and makes what is missing. Called under the lock. What depends
 * on the ports of this run is written anew; id, secret and API key stay.
 *
 * @param jwksEndpoint of the run: where it serves the public keys
 */
export async function keepDemoTpp(
  { tpp: files }: DataDirectory,
  certificates: Pick<SandboxCertificates, 'ca' | 'tpp'>,
  { bank, redirectUris, jwksEndpoint, now }: DemoTppRun,
): Promise<DemoTpp> {
  const signingKid = keyId(certificates.tpp.seal.key);
  const jwks = await keepKeySets(files, certificates);
  const kept = parseRegistrationResult((await readPrivateFile(files.registrationResult)) ?? '');
  const registration: DemoRegistration = {
    ...(kept?.answer ?? newRegistration(now)),
    redirect_uris: redirectUris,
    jwks_endpoint: jwksEndpoint,
  };
  await keepPrivateFile(files.registrationResult, printRegistrationResult(registration, signingKid));
  await keepPrivateFile(files.bank, `${JSON.stringify({ bank }, null, 2)}\n`);
  return {
    facts: {
      clientId: registration.client_id,
      clientSecret: registration.client_secret,
      apiKey: registration.api_key,
      cert: files.certificate,
      key: files.key,
      signingKey: files.signingKey,
      signingKid,
      redirectUris,
    },
    registration,
    jwks,
  };
}

/** The key sets hold the keys and certificates of the PEM files beside them, so they are derived from those at every start. */
async function keepKeySets(
  files: TppFiles,
  { ca, tpp }: Pick<SandboxCertificates, 'ca' | 'tpp'>,
): Promise<{ keys: readonly object[] }> {
  const pairs = [tpp.web, tpp.seal];
  const publicJwks = { keys: pairs.map((pair) => publicJwk(pair, ca)) };
  const privateJwks = { keys: pairs.map((pair) => privateJwk(pair, ca)) };
  await keepPrivateFile(files.publicJwks, `${JSON.stringify(publicJwks, null, 2)}\n`);
  await keepPrivateFile(files.privateJwks, `${JSON.stringify(privateJwks, null, 2)}\n`);
  return publicJwks;
}

function newRegistration(now: Date): Omit<DemoRegistration, 'redirect_uris' | 'jwks_endpoint'> {
  return {
    client_id: randomText(15),
    client_id_issued_at: Math.floor(now.getTime() / 1000),
    client_secret: randomText(SECRET_BYTES),
    client_secret_expires_at: 0,
    api_key: randomText(SECRET_BYTES),
    client_name: CLIENT_NAME,
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    software_id: 'tuohi-demo-shop',
    scope: 'openid payments',
    software_roles: ['PIS'],
  };
}

/** Letters and digits alone, so that no shell, form or URL needs to quote it; the bits lost with `-` and `_` are few. */
function randomText(bytes: number): string {
  return randomBytes(bytes + bytes)
    .toString('base64url')
    .replaceAll(/[-_]/g, '')
    .slice(0, Math.ceil((bytes * 4) / 3));
}
