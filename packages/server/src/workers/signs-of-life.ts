/** How often a worker says that its event loop turns: more than once between two looks, so that an empty look is no accident. */
export const SIGN_EVERY_MS = 400;

/** How often the primary process looks who has said so. */
export const LOOK_EVERY_MS = 1_000;

/** One that was quiet for so many looks is not counted on; it may be back in a moment. */
const SILENT_AFTER_LOOKS = 2;

/**
 * Who gives no sign of life. A worker whose event loop is blocked for good dies of nothing: it keeps its connections and answers
 * none of them. Looks are counted, and no clock is read: a machine that was suspended, or a primary process that was stopped,
 * is one look late, however long it slept, and its workers have lost nothing.
 */
export class SignsOfLife<Worker> {
  readonly #emptyLooks = new Map<Worker, number>();

  /** From now on, and until it is forgotten, it has to give signs. */
  expectOf(worker: Worker): void {
    this.#emptyLooks.set(worker, 0);
  }

  heardOf(worker: Worker): void {
    if (this.#emptyLooks.has(worker)) this.#emptyLooks.set(worker, 0);
  }

  forget(worker: Worker): void {
    this.#emptyLooks.delete(worker);
  }

  isSilent(worker: Worker): boolean {
    return (this.#emptyLooks.get(worker) ?? 0) >= SILENT_AFTER_LOOKS;
  }

  /** Looks once. @returns those that were quiet for the last `limitLooks`; nothing more is expected of them */
  look(limitLooks: number): Worker[] {
    for (const [worker, looks] of this.#emptyLooks) this.#emptyLooks.set(worker, looks + 1);
    const hung = [...this.#emptyLooks].filter(([, looks]) => looks > limitLooks).map(([worker]) => worker);
    for (const worker of hung) this.forget(worker);
    return hung;
  }
}
