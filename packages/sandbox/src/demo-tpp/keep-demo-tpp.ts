import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { keepKey } from '../certificates/keep-key.ts';
import { keyId } from '../certificates/key-id.ts';
import type { DataDirectory, TppFiles } from '../files/data-directory.ts';
import { keepPrivateFile, readPrivateFile } from '../files/private-file.ts';
import type { DemoTppFacts } from '../sandbox-facts.ts';
import { parseRegistrationResult, printRegistrationResult, type RegistrationAnswer } from './registration-result.ts';

/** The demo TPP: what it has on disk, and what the bank is told of it. */
export interface DemoTpp {
  readonly facts: DemoTppFacts;
  readonly registration: RegistrationAnswer;
  /** Its public keys, as registered. */
  readonly jwks: { readonly keys: readonly object[] };
}

/** What customers see at the bank: the name of the demo shop. */
const CLIENT_NAME = 'Tuohi';
const SECRET_BYTES = 32;

/**
 * Reads the demo TPP's keys and registration, and makes what is missing. Called under the lock, after its TLS certificate was
 * made. What depends on the ports of this run is written anew; id, secret and API key stay.
 *
 * @param redirectUris of this run
 * @param jwksEndpoint where this run serves the public keys
 */
export async function keepDemoTpp(
  { tpp: files }: DataDirectory,
  { redirectUris, jwksEndpoint, now }: { redirectUris: readonly string[]; jwksEndpoint: string; now: Date },
): Promise<DemoTpp> {
  const signing = await keepKey(files.signingKey, 'P-256');
  const signingKid = keyId(signing);
  const jwks = await keepKeySets(files, signing, signingKid);
  const kept = parseRegistrationResult((await readPrivateFile(files.registrationResult)) ?? '');
  const registration: RegistrationAnswer = {
    ...(kept?.answer ?? newRegistration(now)),
    redirect_uris: redirectUris,
    jwks_endpoint: jwksEndpoint,
  };
  await keepPrivateFile(files.registrationResult, printRegistrationResult(registration, signingKid));
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

/** The key sets beside the PEM file hold that same key, so they are derived from it at every start. */
async function keepKeySets(files: TppFiles, signing: KeyObject, kid: string): Promise<{ keys: readonly object[] }> {
  const about = { kid, alg: 'ES256', use: 'sig' };
  const publicJwks = { keys: [{ ...createPublicKey(signing).export({ format: 'jwk' }), ...about }] };
  const privateJwks = { keys: [{ ...signing.export({ format: 'jwk' }), ...about }] };
  await keepPrivateFile(files.publicJwks, `${JSON.stringify(publicJwks, null, 2)}\n`);
  await keepPrivateFile(files.privateJwks, `${JSON.stringify(privateJwks, null, 2)}\n`);
  return publicJwks;
}

function newRegistration(now: Date): Omit<RegistrationAnswer, 'redirect_uris' | 'jwks_endpoint'> {
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
