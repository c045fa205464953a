/** How often a worker says that its event loop turns: more than once between two looks, so that an empty look is no accident. */
export const SIGN_EVERY_MS = 400;

/** How often the primary process looks who has said so. */
export const LOOK_EVERY_MS = 1_000;

/** One that was quiet for so many looks is not counted on; it may be back in a moment. */
const SILENT_AFTER_LOOKS = 2;

/**
 * Before its first sign a worker loads its program, a second's work for a processor, in which its event loop does not turn. On a
 * machine with much else to do it has this long, where the limit is shorter.
 */
export const LEAST_LOOKS_TO_LOAD = 5;

/**
 * Who gives no sign of life. A worker whose event loop is blocked for good dies of nothing: it keeps its connections and answers
 * none of them. Looks are counted, and no clock is read: a machine that was suspended, or a primary process that was stopped,
 * is one look late, however long it slept, and its workers have lost nothing.
 */
export class SignsOfLife<Worker> {
  readonly #expected = new Map<Worker, { emptyLooks: number; wasHeardOf: boolean }>();

  /** From now on, and until it is forgotten, it has to give signs: it was just started. */
  expectOf(worker: Worker): void {
    this.#expected.set(worker, { emptyLooks: 0, wasHeardOf: false });
  }

  heardOf(worker: Worker): void {
    if (this.#expected.has(worker)) this.#expected.set(worker, { emptyLooks: 0, wasHeardOf: true });
  }

  forget(worker: Worker): void {
    this.#expected.delete(worker);
  }

  isSilent(worker: Worker): boolean {
    return (this.#expected.get(worker)?.emptyLooks ?? 0) >= SILENT_AFTER_LOOKS;
  }

  /** Looks once. @returns those that were quiet for the last `limitLooks`; nothing more is expected of them */
  look(limitLooks: number): Worker[] {
    const hung: Worker[] = [];
    for (const [worker, quiet] of this.#expected) {
      quiet.emptyLooks += 1;
      const limit = quiet.wasHeardOf ? limitLooks : Math.max(limitLooks, LEAST_LOOKS_TO_LOAD);
      if (quiet.emptyLooks > limit) hung.push(worker);
    }
    for (const worker of hung) this.forget(worker);
    return hung;
  }
}
