import { restoreTokens, revealTokens, type StoredUserTokens, type UserTokens } from '@lupa/tpp';
import { readPrivateFile, writePrivateFile } from '../files/private-file.ts';

/** What the latest approval of a customer left with the demo TPP: enough to try the exemption flow with. */
export interface Approval {
  /** The account it was given for. */
  readonly payerIban: string;
  readonly tokens: UserTokens;
}

/** Keeps the latest approval in a file that only its owner may read: whoever holds it can pay small sums from that account. */
export class KeptApproval {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns `undefined` when nobody has approved anything yet, or what is in the file is not ours */
  async read(): Promise<Approval | undefined> {
    const text = await readPrivateFile(this.#path);
    if (text === undefined) return undefined;
    try {
      const { payerIban, tokens }: { payerIban: string; tokens: StoredUserTokens } = JSON.parse(text);
      return typeof payerIban === 'string' ? { payerIban, tokens: restoreTokens(tokens) } : undefined;
    } catch {
      // Damaged by hand, perhaps; the next approval writes it anew.
      return undefined;
    }
  }

  async keep({ payerIban, tokens }: Approval): Promise<void> {
    await writePrivateFile(this.#path, `${JSON.stringify({ payerIban, tokens: revealTokens(tokens) }, null, 2)}\n`);
  }
}
