import { createHash, createPublicKey, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Psd2Role } from '@lupa/certificates';
import { type CertifiedJwk, privateJwk, publicJwk } from '../certificates/certified-jwk.ts';
import type { Authority } from '../certificates/keep-certificate.ts';
import { makeKey } from '../certificates/keep-key.ts';
import { TPP_CERTIFICATE_DAYS } from '../certificates/keep-tpp-certificate.ts';
import type { GeneratedTpp, GeneratedTpps } from './generated-tpps.ts';
import { GeneratorRefusal } from './generator-refusal.ts';
import { newOrganisation } from './new-organisation.ts';
import { Pace } from './pace.ts';

/** What the generator works with. */
export interface GeneratorParts {
  readonly tpps: GeneratedTpps;
  readonly authority: Authority;
  /** Where the CA's revocation list is. */
  readonly crlUrl: string;
  readonly now: () => Date;
}

/** For TLS, or for signatures. */
export type CertificateType = 'web' | 'seal';

/** A TPP and what only its developer is given. */
export interface Generated {
  readonly tpp: GeneratedTpp;
  readonly privateKeys: readonly CertifiedJwk[];
}

/** In one data directory; more than anybody needs, and few enough to look through. */
export const MAX_TPPS = 1000;

/** Of one TPP at once. A bank looks at 64 keys of a set. */
export const MAX_KEYS = 8;

/** Those withdrawn last; a bank has long forgotten the others. */
const MAX_REVOKED = 32;

/** Each takes a tenth of a second of a processor: an RSA key, two signatures. */
const PACE = { burst: 100, perMinute: 60 };

/** The developer says in the software statement which of them it wants to use. */
const ROLES: readonly Psd2Role[] = ['PSP_PI', 'PSP_AI', 'PSP_IC'];

const ALGORITHMS = { web: 'RS256', seal: 'ES256' } as const;
const KEY_KINDS = { web: 'RSA-2048', seal: 'P-256' } as const;

/**
 * The certificate generator of the sandbox (contract §10): makes up TPPs with a QWAC and a QSEALC, and holds their public keys.
 * The private ones it gives away and forgets.
 */
export class TppGenerator {
  readonly #parts: GeneratorParts;
  readonly #pace: Pace;
  /** Changes happen one after the other: no limit is passed by two at once, and no key is lost between two. */
  #latest: Promise<unknown> = Promise.resolve();

  constructor(parts: GeneratorParts) {
    this.#parts = parts;
    this.#pace = new Pace(PACE, parts.now);
  }

  /**
   * Makes a TPP with a key for TLS and a key for signatures.
   *
   * @throws GeneratorRefusal invalid_country, invalid_name, too_fast, too_many_tpps
   */
  async generate(country: unknown, name: unknown, developerKey: string): Promise<Generated> {
    const { organisation, nca } = newOrganisation(country, name);
    return this.#inTurn(async () => {
      const { tpps } = this.#parts;
      if ((await tpps.count()) >= MAX_TPPS) {
        throw new GeneratorRefusal(
          'too_many_tpps',
          `This sandbox already holds ${MAX_TPPS} generated TPPs, its limit. Delete those you no longer need from ${tpps.directory}.`,
        );
      }
      const about = { id: randomUUID(), developerKeyDigest: digest(developerKey).toString('base64url') };
      const empty: GeneratedTpp = { ...about, organisation, nca, keys: [], revokedKeys: [] };
      const [web, seal] = await Promise.all([this.#newKey(empty, 'web'), this.#newKey(empty, 'seal')]);
      const tpp = { ...empty, keys: [web.publicKey, seal.publicKey] };
      await tpps.keep(tpp);
      return { tpp, privateKeys: [web.privateKey, seal.privateKey] };
    });
  }

  /**
   * Gives a TPP one more key; those it has stay published.
   *
   * @throws GeneratorRefusal unknown_tpp, wrong_api_key, too_many_keys, too_fast
   */
  addKey(id: string, type: CertificateType, developerKey: string): Promise<Generated> {
    return this.#inTurn(async () => {
      const tpp = await this.#find(id, developerKey);
      if (tpp.keys.length >= MAX_KEYS) {
        throw new GeneratorRefusal(
          'too_many_keys',
          `This TPP already has ${MAX_KEYS} keys, the limit. Delete one first: DELETE …/jwks/${id}/keys/<kid>.`,
        );
      }
      const { publicKey, privateKey } = await this.#newKey(tpp, type);
      const changed = { ...tpp, keys: [...tpp.keys, publicKey] };
      await this.#parts.tpps.keep(changed);
      return { tpp: changed, privateKeys: [privateKey] };
    });
  }

  /**
   * Withdraws a key: it is published among the revoked ones from then on.
   *
   * @throws GeneratorRefusal unknown_tpp, wrong_api_key, unknown_key, last_key
   */
  async removeKey(id: string, kid: string, developerKey: string): Promise<void> {
    await this.#oneByOne(async () => {
      const tpp = await this.#find(id, developerKey);
      const found = tpp.keys.find((key) => key.kid === kid);
      // Told twice, it is done once: whoever lost the first answer may ask again.
      if (found === undefined && tpp.revokedKeys.some((key) => key.kid === kid)) return;
      if (found === undefined) {
        const kids = tpp.keys.map((key) => key.kid).join(', ');
        throw new GeneratorRefusal('unknown_key', `This TPP has no key with that kid. It has ${kids}.`);
      }
      const keys = tpp.keys.filter((key) => key !== found);
      if (!keys.some(({ alg }) => alg === found.alg)) {
        const type = found.alg === ALGORITHMS.web ? 'web' : 'seal';
        throw new GeneratorRefusal(
          'last_key',
          `It is this TPP's only ${found.alg} key. Make the next one first: POST …/jwks/${id}/keys?type=${type}.`,
        );
      }
      await this.#parts.tpps.keep({ ...tpp, keys, revokedKeys: [...tpp.revokedKeys, found].slice(-MAX_REVOKED) });
    });
  }

  /** @throws GeneratorRefusal unknown_tpp */
  async find(id: string): Promise<GeneratedTpp> {
    const tpp = await this.#parts.tpps.find(id);
    if (tpp !== undefined) return tpp;
    throw new GeneratorRefusal(
      'unknown_tpp',
      'This sandbox has no TPP of that id. Make one: POST /psd2-sandbox-tpp-generator/sandbox-tpp?c=fi&cn=<name>.',
    );
  }

  async #find(id: string, developerKey: string): Promise<GeneratedTpp> {
    const tpp = await this.find(id);
    if (timingSafeEqual(digest(developerKey), Buffer.from(tpp.developerKeyDigest, 'base64url'))) return tpp;
    throw new GeneratorRefusal('wrong_api_key', 'This TPP was made with another x-api-key. Send that one.');
  }

  async #newKey(
    { organisation, nca }: GeneratedTpp,
    type: CertificateType,
  ): Promise<{ publicKey: CertifiedJwk; privateKey: CertifiedJwk }> {
    const { authority, crlUrl, now } = this.#parts;
    // Loaded here because it takes a tenth of a second, which a start need not wait for.
    const { issueTppCertificate } = await import('../certificates/issue-tpp-certificate.ts');
    const key = await makeKey(KEY_KINDS[type]);
    const of = { type, organisation, roles: ROLES, nca, publicKey: createPublicKey(key) };
    const certificate = await issueTppCertificate(
      { ...of, lifetimeDays: TPP_CERTIFICATE_DAYS, crlUrl },
      authority,
      now(),
    );
    const certified = { key, certificate };
    const ca = authority.certificate;
    return { publicKey: publicJwk(certified, ca), privateKey: privateJwk(certified, ca) };
  }

  /** One change after the other, and no more than the pace allows. @throws GeneratorRefusal too_fast */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const wait = this.#pace.take();
    if (wait === 0) return this.#oneByOne(change);
    const message = `Keys are made at most ${PACE.perMinute} times a minute. Ask again in ${wait} seconds.`;
    return Promise.reject(new GeneratorRefusal('too_fast', message, wait));
  }

  #oneByOne<Result>(change: () => Promise<Result>): Promise<Result> {
    const done = this.#latest.then(change);
    this.#latest = done.catch(() => undefined);
    return done;
  }
}

function digest(developerKey: string): Buffer {
  return createHash('sha256').update(developerKey).digest();
}
