import { fitsAlgorithm, type JwkSetKey, type JwsAlgorithm } from '@lupa/protocol';
import { certificatesOfJwk } from '../domain/jwk-certificates.ts';
import type { CertificateTrust, KnownCertificate } from '../ports/certificate-trust.ts';
import type { ClientKeys, FoundClientKey } from '../ports/client-keys.ts';
import type { Client } from '../ports/clients.ts';

/** No key of that name for that algorithm. */
const UNKNOWN: FoundClientKey = { problem: undefined };

/** A registered key and the certificate that vouches for it, or why none does, whatever the time. */
type SealedKey = { readonly certificate: KnownCertificate } | { readonly problem: string };

/**
 * The keys of a client's registered key set, each good as long as its certificate is: the first of its `x5c`, for this very key,
 * a seal of the client's organisation (contract §10). What does not change is worked out once for each key set; time and
 * revocation are judged at every use.
 */
export function sealedClientKeys(trust: CertificateTrust): ClientKeys {
  const sealedKeys = new WeakMap<JwkSetKey, SealedKey>();

  function sealOf(client: Client, kid: string, registered: JwkSetKey): SealedKey {
    const known = sealedKeys.get(registered);
    if (known !== undefined) return known;
    const jwk = client.jwks.keys.find((each) => 'kid' in each && each.kid === kid);
    const sealed = readSeal(jwk ?? {}, registered, trust);
    sealedKeys.set(registered, sealed);
    return sealed;
  }

  return {
    find: (client: Client, kid: string, alg: JwsAlgorithm) => {
      const registered = client.keys.get(kid);
      if (registered === undefined || !isFor(registered, alg)) return UNKNOWN;
      const sealed = sealOf(client, kid, registered);
      if ('problem' in sealed) return sealed;
      const waiting = sealed.certificate.settle();
      return waiting === undefined
        ? judged(registered, sealed.certificate, client)
        : waiting.then(() => judged(registered, sealed.certificate, client));
    },
  };
}

function isFor({ key, alg: only }: JwkSetKey, alg: JwsAlgorithm): boolean {
  return (only === undefined || only === alg) && fitsAlgorithm(key, alg);
}

function readSeal(jwk: object, { key }: JwkSetKey, trust: CertificateTrust): SealedKey {
  const presented = certificatesOfJwk(jwk);
  if (presented === undefined) {
    return {
      problem: 'the key has no certificate. Publish it with its QSEALC, and those above that, as x5c (base64 of DER).',
    };
  }
  const known = trust.know(presented);
  // What cannot be read is refused as such.
  if (known.certificate === undefined || known.certificate.publicKey.equals(key)) return { certificate: known };
  return {
    problem:
      'the first certificate of its x5c is for another key. Publish each key with the certificate that was issued for it.',
  };
}

function judged({ key }: JwkSetKey, certificate: KnownCertificate, { organisationId }: Client): FoundClientKey {
  const refusal = certificate.judge({ use: 'signature', organisationId });
  return refusal === undefined ? { key } : { problem: `of the certificate in its x5c: ${refusal.message}` };
}
