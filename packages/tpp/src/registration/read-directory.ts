import { createPrivateKey } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fitsAlgorithm, parseStrictJson } from '@lupa/protocol';
import { Secret } from '../secret.ts';
import type { BankEndpoints, ClientSettings } from '../settings.ts';
import { TppError } from '../tpp-error.ts';
import type { Registration } from './registration.ts';
import { parseRegistrationResult, REGISTRATION_FILES } from './registration-files.ts';

/** A registered TPP, as it lies in a directory. */
export interface RegisteredTpp {
  readonly registration: Registration;
  readonly client: ClientSettings;
  /** The issuer it was registered at, where `bank.json` says so. */
  readonly bank?: string;
  /** Addresses that `bank.json` has beyond what the bank's discovery document says. */
  readonly endpoints?: Partial<Omit<BankEndpoints, 'issuer'>>;
}

const { certificate, key, signingKey, result, bank, ca } = REGISTRATION_FILES;

/**
 * Reads what `lupa register` writes (contract §10): `client.crt`, `key.pem`, `ssa-signing-key.pem` and `registration-result.txt`; `bank.json`
 * and `ca.crt` where they are.
 *
 * @param redirectUri one of the registered ones; by default the first
 * @throws TppError SETTINGS_INVALID, naming every file that is missing or cannot be used
 */
export async function readRegistrationDirectory(directory: string, redirectUri?: string): Promise<RegisteredTpp> {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    const detail = `there is no directory ${directory}; lupa register makes one`;
    throw new TppError('SETTINGS_INVALID', { detail });
  }
  const problems: string[] = [];
  const read = (name: string, isNeeded: boolean) => readText(directory, name, isNeeded, problems);
  const [cert, tlsKey, signing, answer, bankText, issuers] = await Promise.all([
    read(certificate, true),
    read(key, true),
    read(signingKey, true),
    read(result, true),
    read(bank, false),
    read(ca, false),
  ]);
  const registered = answer === undefined ? undefined : parseResult(answer, problems);
  const alg = signing === undefined ? undefined : algorithmOf(signing, problems);
  const place = bankText === undefined ? {} : parseBank(bankText, problems);
  const uris = registered?.registration.redirectUris ?? [];
  const returnTo = redirectUri ?? uris[0] ?? '';
  if (redirectUri !== undefined && registered !== undefined && !uris.includes(redirectUri)) {
    problems.push(`redirectUri ${redirectUri} is not registered; registered are ${uris.join(', ')}`);
  }
  if (
    cert === undefined ||
    tlsKey === undefined ||
    signing === undefined ||
    registered === undefined ||
    alg === undefined ||
    problems.length > 0
  ) {
    throw new TppError('SETTINGS_INVALID', { detail: `in ${directory}, ${problems.join('; ')}` });
  }
  const { registration, kid } = registered;
  return {
    registration,
    client: {
      clientId: registration.clientId,
      clientSecret: registration.clientSecret,
      apiKey: registration.apiKey,
      redirectUri: returnTo,
      tls: { cert, key: new Secret(tlsKey), ...(issuers === undefined ? {} : { ca: issuers }) },
      signing: { key: new Secret(signing), kid, alg },
    },
    ...place,
  };
}

async function readText(
  directory: string,
  name: string,
  isNeeded: boolean,
  problems: string[],
): Promise<string | undefined> {
  try {
    return await readFile(join(directory, name), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    if (isNeeded || !isMissing) problems.push(isMissing ? `${name} is missing` : `${name} cannot be read (${code})`);
    return undefined;
  }
}

function parseResult(text: string, problems: string[]): { registration: Registration; kid: string } | undefined {
  try {
    const { registration, signingKid } = parseRegistrationResult(text);
    if (signingKid !== undefined) return { registration, kid: signingKid };
    problems.push(`${result} has no line "ssaSigningKid: …" at its end`);
  } catch (error) {
    const why = error instanceof TppError ? error.detail : undefined;
    problems.push(`${result} does not begin with the bank's answer${why === undefined ? '' : ` (${why})`}`);
  }
  return undefined;
}

function algorithmOf(pem: string, problems: string[]): 'ES256' | 'RS256' | undefined {
  try {
    const privateKey = createPrivateKey(pem);
    const alg = (['ES256', 'RS256'] as const).find((each) => fitsAlgorithm(privateKey, each));
    if (alg !== undefined) return alg;
  } catch {
    // The cause is dropped: it may quote the key.
  }
  problems.push(`${signingKey} is not a PEM private key for ES256 (P-256) or RS256 (RSA of 2048 bits or more)`);
  return undefined;
}

function parseBank(text: string, problems: string[]): Pick<RegisteredTpp, 'bank' | 'endpoints'> {
  try {
    const { bank: issuer, endpoints } = Object(parseStrictJson(Buffer.from(text)));
    if (issuer === undefined || typeof issuer === 'string') {
      return { ...(issuer === undefined ? {} : { bank: issuer }), ...(endpoints === undefined ? {} : { endpoints }) };
    }
  } catch {
    // Told below.
  }
  problems.push(`${bank} is not of the form {"bank": "http://localhost:8080"}`);
  return {};
}
