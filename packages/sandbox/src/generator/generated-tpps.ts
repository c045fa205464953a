import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertifiedJwk } from '../certificates/certified-jwk.ts';
import type { CompetentAuthority, TppOrganisation } from '../certificates/issue-tpp-certificate.ts';
import { isMissing, writePrivateFile } from '../files/private-file.ts';

/** A TPP made by the certificate generator: all that is kept of it. Its private keys are its developer's alone. */
export interface GeneratedTpp {
  /** A UUID. */
  readonly id: string;
  /** SHA-256 of the developer key it was made with, in base64url. */
  readonly developerKeyDigest: string;
  readonly organisation: TppOrganisation;
  readonly nca: CompetentAuthority;
  /** Published. */
  readonly keys: readonly CertifiedJwk[];
  /** Published once, and withdrawn. */
  readonly revokedKeys: readonly CertifiedJwk[];
}

const FILE_NAME = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$/;

/** The generated TPPs on disk, a file each: whole or not there. */
export class GeneratedTpps {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get directory(): string {
    return this.#directory;
  }

  async count(): Promise<number> {
    try {
      return (await readdir(this.#directory)).filter((name) => FILE_NAME.test(name)).length;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  /** @param id as a caller gave it. @returns `undefined` when there is none of that name */
  async find(id: string): Promise<GeneratedTpp | undefined> {
    if (!FILE_NAME.test(`${id}.json`)) return undefined;
    try {
      return JSON.parse(await readFile(join(this.#directory, `${id}.json`), 'utf8')) as GeneratedTpp;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  keep(tpp: GeneratedTpp): Promise<void> {
    return writePrivateFile(join(this.#directory, `${tpp.id}.json`), `${JSON.stringify(tpp, null, 2)}\n`);
  }
}
