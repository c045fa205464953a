import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, writePrivateFile } from '../files/private-file.ts';
import type { Revocation } from './revocation.ts';

const FILE_NAME = /^([0-9a-f]{1,40})\.json$/;

/**
 * What the sandbox CA has revoked: a file for each certificate, named by its serial number. So the sandbox and any number of
 * `lupa cert revoke` may have the directory open at once, and none undoes what another did.
 */
export class Revocations {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The serial numbers, in a fixed order. */
  async serials(): Promise<string[]> {
    try {
      const names = await readdir(this.#directory);
      return names.flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** @returns `undefined` when it was never revoked */
  async find(serial: string): Promise<Revocation | undefined> {
    const path = this.#pathOf(serial);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      return JSON.parse(text) as Revocation;
    } catch (cause) {
      throw new Error(`${path} is no JSON. Delete it and revoke the certificate again.`, { cause });
    }
  }

  /** Records it, for good: there is no way back. */
  add(revocation: Revocation): Promise<void> {
    return writePrivateFile(this.#pathOf(revocation.serial), `${JSON.stringify(revocation, null, 2)}\n`);
  }

  #pathOf(serial: string): string {
    return join(this.#directory, `${serial}.json`);
  }
}
