import { readFile } from 'node:fs/promises';
import type { ClientSettings } from '@lupa/tpp';
import type { DemoTppFacts } from '../sandbox-facts.ts';

/** Reads the demo TPP's files into what the SDK wants. @param ca file of the issuer of the API's certificate */
export async function readClientSettings(
  { ca, tpp }: { readonly ca: string; readonly tpp: DemoTppFacts },
  redirectUri: string,
): Promise<ClientSettings> {
  const read = (path: string) => readFile(path, 'utf8');
  const [cert, key, signingKey, issuers] = await Promise.all([
    read(tpp.cert),
    read(tpp.key),
    read(tpp.signingKey),
    read(ca),
  ]);
  return {
    clientId: tpp.clientId,
    clientSecret: tpp.clientSecret,
    apiKey: tpp.apiKey,
    redirectUri,
    tls: { cert, key, ca: issuers },
    signing: { key: signingKey, kid: tpp.signingKid, alg: 'ES256' },
  };
}
