import { organisationIdOf } from '@lupa/certificates';
import { type FindKey, keyFinder, RegistrationRefused } from '@lupa/protocol';
import { certificatesOfJwk } from '../domain/jwk-certificates.ts';
import type { KeySet, PublicJwk } from '../domain/key-set.ts';
import type { CertificateTrust } from '../ports/certificate-trust.ts';

/** What the certificates of a key set say of its keys. */
export interface CertifiedKeys {
  /** Finds a key whose certificate, for TLS or for seals, is good and of the organisation. */
  readonly find: FindKey;
  /** Why a key of the set is not found by `find`; undefined for one that is, or that the set does not have. */
  problemOf(kid: string): string | undefined;
}

interface JudgedKey {
  readonly isQwac: boolean;
  readonly isForeign: boolean;
  /** Why it may not sign payments. */
  readonly sealProblem: string | undefined;
  /** Why it may sign nothing at all. */
  readonly problem: string | undefined;
}

/**
 * Judges a key set by the certificates in it (contract §10): none may be of another organisation, and one at least must be a seal
 * that payments can be signed with. Keys that are good for nothing, for they have expired perhaps, may stand beside it.
 *
 * @throws RegistrationRefused key-certificates
 */
export async function certifyKeys(
  trust: CertificateTrust,
  { jwks, keys }: KeySet,
  organisationId: string,
): Promise<CertifiedKeys> {
  const judged = new Map<string, JudgedKey>();
  await Promise.all(
    jwks.keys.map(async (jwk) => judged.set(jwk.kid, await judgeKey(trust, jwk, { keys }, organisationId))),
  );
  const all = [...judged.values()];
  if (all.some(({ isForeign }) => isForeign)) {
    throw new RegistrationRefused(
      'key-certificates',
      'The key set holds a key whose certificate is of another organisation than the TLS certificate: publish the keys of one organisation.',
    );
  }
  if (!all.some(({ sealProblem }) => sealProblem === undefined)) {
    // What is wrong with a seal is more to the point than that a QWAC is none.
    const telling = all.find(({ isQwac }) => !isQwac) ?? all[0];
    throw new RegistrationRefused(
      'key-certificates',
      `No key of the set can sign payments, which takes a key with its QSEALC in x5c. ${telling?.sealProblem ?? 'The set is empty.'}`,
    );
  }
  const find = keyFinder(keys);
  const problemOf = (kid: string) => judged.get(kid)?.problem;
  return { problemOf, find: (kid, alg) => (problemOf(kid) === undefined ? find(kid, alg) : undefined) };
}

async function judgeKey(
  trust: CertificateTrust,
  jwk: PublicJwk,
  { keys }: Pick<KeySet, 'keys'>,
  organisationId: string,
): Promise<JudgedKey> {
  const useless = (problem: string) => ({ isQwac: false, isForeign: false, sealProblem: problem, problem });
  const key = keys.get(jwk.kid)?.key;
  if (key === undefined) {
    return useless('A key is none for signatures with RS256, PS256 (RSA of 2048 to 8192 bits) or ES256 (P-256).');
  }
  const presented = certificatesOfJwk(jwk);
  if (presented === undefined) return useless('A key has no certificate: add it as x5c, in base64 DER.');
  const known = trust.know(presented);
  const { certificate } = known;
  if (certificate !== undefined && !certificate.publicKey.equals(key)) {
    return useless('A key has a certificate of another key in x5c: publish each with its own.');
  }
  const organisation = certificate && organisationIdOf(certificate);
  await known.settle();
  const seal = known.judge({ use: 'signature', organisationId });
  const tls = seal && known.judge({ use: 'tls', organisationId });
  const isQwac = seal?.code === 'wrong-type';
  return {
    isQwac,
    isForeign: organisation !== undefined && organisation !== organisationId,
    sealProblem: seal?.message,
    // A QWAC is judged as one, for of it as a seal there is only to say that it is none.
    problem: tls === undefined ? undefined : isQwac ? tls.message : seal?.message,
  };
}
