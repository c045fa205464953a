import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { fetchOutside, type OnFetch } from './outside-fetch.ts';
import { checkTppCertificates, type GivenCertificate, type TppCertificates } from './tpp-certificates.ts';

/** What a sandbox's generator made up: a TPP with its certificates. */
export interface GeneratedTpp {
  readonly certificates: TppCertificates;
  /** Where the generator hosts its public keys. */
  readonly jwksUrl: string;
  /** Where it lists those that were withdrawn; Lupa's own does. */
  readonly jwksRevokedUrl?: string;
  /** The issuer at the end of the chain, PEM: in a sandbox that of the bank's own certificate too. */
  readonly issuerPem?: string;
}

/** The generator made nothing; the message says why and what to do. */
export class GeneratorFailed extends Error {
  override readonly name = 'GeneratorFailed';
}

const GENERATOR_PATH = '/psd2-sandbox-tpp-generator/sandbox-tpp';

/** Lupa's own; others' key sets may lie anywhere. */
const LUPA_KEYS = /^(.*\/psd2-sandbox-tpp-generator\/jwks\/[\w-]+)\.json$/;

/** Where a sandbox has its generator. */
export function generatorOf(bank: string): string {
  return bank + GENERATOR_PATH;
}

/**
 * Has a sandbox make up a TPP with keys and certificates (contract §10).
 *
 * @throws GeneratorFailed, CertificatesUnusable, OutsideUnreachable
 */
export async function askGenerator(
  url: string,
  { country, name, developerKey }: { readonly country: string; readonly name: string; readonly developerKey: string },
  { onFetch, signal, at }: { readonly onFetch: OnFetch; readonly signal: AbortSignal; readonly at: Date },
): Promise<GeneratedTpp> {
  const address = new URL(url);
  address.searchParams.set('c', country);
  address.searchParams.set('cn', name);
  const init = { method: 'POST', headers: { 'x-api-key': developerKey }, signal } as const;
  const { status, json } = await fetchOutside(address.href, init, onFetch);
  const { error_description: said, privateJwks, publicJwksUrl } = Object(json);
  if (status === 404)
    throw new GeneratorFailed(`${address.origin} makes no certificates: it is no sandbox. ${OWN_HINT}`);
  if (status !== 200) {
    const why = typeof said === 'string' ? ` It says: ${said.slice(0, 300)}` : '';
    throw new GeneratorFailed(`The certificate generator refused (HTTP ${status}).${why}`);
  }
  const { keys } = Object(privateJwks);
  if (!Array.isArray(keys) || typeof publicJwksUrl !== 'string' || !URL.canParse(publicJwksUrl)) {
    throw new GeneratorFailed(
      `${address.origin} did not answer as a certificate generator does (contract §10): privateJwks or publicJwksUrl is missing.`,
    );
  }
  const certificates = checkTppCertificates(
    { qwac: pick(keys, 'RS256', 'QWAC'), qseal: pick(keys, 'ES256', 'QSEALC') },
    at,
  );
  const revoked = LUPA_KEYS.exec(publicJwksUrl)?.[1];
  const issuer = certificates.qwac.chain.length > 1 ? certificates.qwac.chain.at(-1)?.x509.toString() : undefined;
  return {
    certificates,
    jwksUrl: publicJwksUrl,
    ...(revoked === undefined ? {} : { jwksRevokedUrl: `${revoked}/revoked.json` }),
    ...(issuer === undefined ? {} : { issuerPem: issuer }),
  };
}

const OWN_HINT = 'Give certificates of your own: --qwac, --qwac-key, --qseal and --qseal-key.';

function pick(keys: readonly unknown[], alg: 'RS256' | 'ES256', name: string): GivenCertificate {
  const jwk = keys.map((key) => Object(key)).find((key) => key.alg === alg);
  const { kid, x5c } = Object(jwk);
  if (!Array.isArray(x5c) || typeof kid !== 'string') {
    throw new GeneratorFailed(`The certificate generator gave no ${alg} key with kid and x5c for the ${name}.`);
  }
  return {
    name: `the generated ${name}`,
    certificatePem: x5c.map((der) => pem(String(der))).join(''),
    keyName: `the generated key of the ${name}`,
    keyPem: privatePemOf(jwk, name),
    kid,
  };
}

function privatePemOf(jwk: JsonWebKey, name: string): string {
  try {
    return createPrivateKey({ format: 'jwk', key: jwk }).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    // The cause is dropped: it may quote the key.
    throw new GeneratorFailed(`The certificate generator gave no private key for the ${name}.`);
  }
}

function pem(der: string): string {
  return `-----BEGIN CERTIFICATE-----\n${der.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END CERTIFICATE-----\n`;
}
