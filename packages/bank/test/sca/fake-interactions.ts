import type { Interaction, InteractionResult, Interactions } from '../../src/sca/interactions.ts';

/** An authorization server that remembers what it is told: the pages' view of an outside party. */
export class FakeInteractions implements Interactions {
  readonly #open = new Map<string, Interaction>();
  /** What the pages reported, each uid's first result. */
  readonly results = new Map<string, InteractionResult>();

  begin(interaction: Interaction): void {
    this.#open.set(interaction.uid, interaction);
  }

  /** The browser has gone on to the TPP: from now on there is no such interaction. */
  forget(uid: string): void {
    this.#open.delete(uid);
  }

  async find(_request: unknown, _response: unknown, uid: string): Promise<Interaction | undefined> {
    return this.#open.get(uid);
  }

  async finish(_request: unknown, _response: unknown, uid: string, result: InteractionResult): Promise<string> {
    if (!this.results.has(uid)) this.results.set(uid, result);
    return `/oauth/authorize/${uid}`;
  }
}
